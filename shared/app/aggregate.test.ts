import { expect, it } from "vitest";
import { MemoryCheckpointStore } from "#shared/adapters/memory/checkpoint-store.ts";
import { MemoryEventLog } from "#shared/adapters/memory/event-log.ts";
import { decodeCandlesRecord } from "../wire/candle-records.ts";
import type { DeadLetter } from "../wire/dead-letters.ts";
import { decodeDeadLetter } from "../wire/dead-letters.ts";
import { RECORD_BYTES } from "../wire/record-bytes.ts";
import { encodeTickRecord } from "../wire/tick-records.ts";
import { CANDLES, DEAD_LETTERS, REPLAY_TICKS, TICKS } from "../wire/topics.ts";
import { AGGREGATE, AGGREGATE_REPLAY, aggregate } from "./aggregate.ts";
import type { ReplaySession } from "./replay/replay-session.ts";
import { commitSession } from "./replay/session-store.ts";

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

const REPLAYED = "replay-1.0/binance:BTC/USDT";

it.each([
  [TICKS, ""],
  [TICKS, "k".repeat(1_500)],
  [TICKS, `binance:${"B".repeat(1_500)}/USDT`],
  [TICKS, "no instrument"],
  [REPLAY_TICKS, ""],
  [REPLAY_TICKS, `${"r".repeat(3_000)}.0/binance:BTC/USDT`],
  [REPLAY_TICKS, "binance:BTC/USDT"],
  [REPLAY_TICKS, "replay-1.0"],
  [REPLAY_TICKS, "replay-1.0/nothing"],
])(
  "sends a record of %s to dead letters whose key can be no instrument's, and folds the others (%#)",
  async (topic, key) => {
    const log = new MemoryEventLog([{ name: DEAD_LETTERS, partitions: 1, groups: [], bound: 100 }], () => NOON);
    const checkpoints = new MemoryCheckpointStore();
    const place = { topic, partition: 0, appendTime: NOON, value: blockOf(1) };
    const good = topic === TICKS ? "binance:BTC/USDT" : REPLAYED;
    await commitSession(checkpoints, { session: "replay-1", generation: 0 } as ReplaySession, 0);
    await aggregate({ log, checkpoints }, [
      { ...place, key, offset: 3 },
      { ...place, value: null, key: good, offset: 4 },
    ]);
    const letters = (await log.poll("anybody", DEAD_LETTERS, 100)).map((each) => decodeDeadLetter(each.value));
    expect(letters).toMatchObject([
      { topic, offset: 3, key, reason: expect.stringMatching(/^the key '/), value: place.value },
      { topic, offset: 4 },
    ]);
    const stage = topic === TICKS ? AGGREGATE : AGGREGATE_REPLAY;
    expect(await checkpoints.keys(stage)).toEqual([good]);
  },
);

it("keeps of the reason of a gap what a record of candles takes", async () => {
  const topics = [CANDLES, DEAD_LETTERS].map((name) => ({ name, partitions: 1, groups: [], bound: 100 }));
  const log = new MemoryEventLog(topics, () => NOON);
  const key = `${BTC.exchange}:${BTC.symbol}`;
  const gap = { kind: "gap-closed", from: NOON, to: NOON + 60_000, lost: true, reason: "r".repeat(1_048_000) } as const;
  const place = { topic: TICKS, partition: 0, appendTime: NOON, key };
  const values = [blockOf(1), encodeTickRecord(BTC, gap)];
  const ports = { log, checkpoints: new MemoryCheckpointStore() };
  await aggregate(
    ports,
    values.map((value, offset) => ({ ...place, value, offset })),
  );
  const records = await log.poll("anybody", CANDLES, 10);
  const coverage = records.flatMap(({ value }) => decodeCandlesRecord(value).coverage);
  expect(coverage).toEqual([{ from: NOON, to: NOON + 60_000, kind: "lost", reason: `${"r".repeat(999)}…` }]);
});
