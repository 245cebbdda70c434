import { expect, it } from "vitest";
import { MemoryCheckpointStore } from "#shared/adapters/memory/checkpoint-store.ts";
import { MemoryEventLog } from "#shared/adapters/memory/event-log.ts";
import type { DeadLetter } from "../wire/dead-letters.ts";
import { decodeDeadLetter } from "../wire/dead-letters.ts";
import { RECORD_BYTES } from "../wire/record-bytes.ts";
import { CANDLES, DEAD_LETTERS, TICKS } from "../wire/topics.ts";
import { aggregate } from "./aggregate.ts";

const NOON = Date.UTC(2024, 5, 1, 12);
const BTC = { exchange: "binance", symbol: "BTC/USDT" };

/** A block whose rows are a minute apart, with prices below 0 from the third row on. */
function blockOf(rows: number): Uint8Array {
  const column = (of: (row: number) => number): number[] => Array.from({ length: rows }, (_, row) => of(row));
  const head = { v: 1, kind: "ticks", ...BTC, origin: "live", watermark: NOON + 240_000, previousId: null };
  const columns = {
    id: column((row) => row),
    ts: column((row) => NOON + row * 60_000),
    price: column((row) => (row < 2 ? 7 : -7)),
    amount: column(() => 1),
    side: "b".repeat(rows),
  };
  return new TextEncoder().encode(JSON.stringify({ ...head, ...columns }));
}

async function lettersAbout(value: Uint8Array): Promise<readonly DeadLetter[]> {
  const topics = [CANDLES, DEAD_LETTERS].map((name) => ({ name, partitions: 1, groups: [], bound: 100 }));
  const log = new MemoryEventLog(topics, () => NOON);
  const key = `${BTC.exchange}:${BTC.symbol}`;
  const logged = { topic: TICKS, partition: 0, offset: 0, appendTime: NOON, key, value };
  await aggregate({ log, checkpoints: new MemoryCheckpointStore() }, [logged]);
  expect(await log.poll("anybody", CANDLES, 10)).toHaveLength(1);
  return (await log.poll("anybody", DEAD_LETTERS, 100_000)).map((each) => decodeDeadLetter(each.value));
}

it("writes a letter for each bad row of a block, and folds the others", async () => {
  const value = blockOf(5);
  const letters = await lettersAbout(value);
  expect(letters.map(({ row }) => row)).toEqual([2, 3, 4]);
  for (const letter of letters)
    expect(letter).toMatchObject({ value, reason: expect.stringMatching(/^price -7 is not/) });
});

it("writes one letter for a great block of bad rows, which would fill the topic with its copies", async () => {
  const value = blockOf(30_000);
  expect(value.length).toBeGreaterThan(RECORD_BYTES / 2);
  expect(await lettersAbout(value)).toEqual([
    expect.objectContaining({
      row: null,
      value,
      reason: expect.stringMatching(/^29998 rows are bad, and only these left out; the first, row 2: price -7 is not/),
    }),
  ]);
});
