import { expect, test } from "vitest";
import { MemoryCheckpointStore } from "../adapters/memory/checkpoint-store.ts";
import { MemoryEventLog } from "../adapters/memory/event-log.ts";
import { encodeDeadLetter } from "../wire/dead-letters.ts";
import { DEAD_LETTERS, TICKS } from "../wire/topics.ts";
import { findDeadLetter, type HeldLetter, readDeadLetters, retryDeadLetter } from "./dead-letters.ts";

const LETTER = { topic: TICKS, partition: 1, offset: 7, key: "binance:BTC/USDT", row: null, reason: "not JSON" };

function ports(now = 1_000) {
  const topics = [
    { name: TICKS, partitions: 4, groups: ["aggregate/ticks"], bound: 100 },
    { name: DEAD_LETTERS, partitions: 1, groups: [], bound: 100, holeEvery: 3 },
  ];
  return { log: new MemoryEventLog(topics, () => now), checkpoints: new MemoryCheckpointStore() };
}

const send = (log: MemoryEventLog, ...values: (Uint8Array | null)[]): Promise<void> =>
  log.publish(
    DEAD_LETTERS,
    values.map((value) => ({ key: TICKS, value })),
  );

async function all(of: Parameters<typeof readDeadLetters>[0]): Promise<HeldLetter[]> {
  const letters: HeldLetter[] = [];
  for await (const letter of readDeadLetters(of)) letters.push(letter);
  return letters;
}

test("letters are read again and again, over holes in offsets, also what is no letter", async () => {
  const both = ports();
  const { log } = both;
  expect(await all(both)).toEqual([]);
  const value = Uint8Array.of(123, 0, 255);
  await send(log, encodeDeadLetter({ ...LETTER, value }), null, encodeDeadLetter({ ...LETTER, row: 3, value: null }));
  for (const letters of [await all(both), await all(both)]) {
    expect(letters).toMatchObject([
      { ...LETTER, value, letter: 0, sent: 1_000, retried: null },
      { letter: 1, topic: DEAD_LETTERS, offset: 1, reason: expect.stringMatching(/^no dead letter: a tombstone/) },
      { ...LETTER, row: 3, value: null, letter: 3 },
    ]);
  }
});

test("a retried record is on its topic again as it was, under its key, once", async () => {
  const both = ports();
  const value = Uint8Array.of(1, 2, 3);
  await send(both.log, encodeDeadLetter({ ...LETTER, value }));
  await retryDeadLetter(both, 0, 5_000, false);
  expect(await both.log.poll("aggregate/ticks", TICKS, 10)).toMatchObject([{ key: LETTER.key, value }]);
  expect((await findDeadLetter(both, 0)).retried).toBe(5_000);
  await expect(retryDeadLetter(both, 0, 6_000, false)).rejects.toThrow("dead letter 0 was retried at 1970-01-01");
  await retryDeadLetter(both, 0, 7_000, true);
  expect(await both.log.poll("aggregate/ticks", TICKS, 10)).toHaveLength(2);
  await expect(retryDeadLetter(both, 9, 1, false)).rejects.toThrow("no dead letter 9 is held");
});

test("a letter of a topic that was made anew was never retried, whatever had its offset before", async () => {
  const before = ports();
  const { checkpoints } = before;
  await send(before.log, encodeDeadLetter({ ...LETTER, value: Uint8Array.of(1) }));
  await retryDeadLetter(before, 0, 5_000, false);
  const after = { log: ports(9_000).log, checkpoints };
  await send(after.log, encodeDeadLetter({ ...LETTER, value: Uint8Array.of(2) }));
  expect(await all(after)).toMatchObject([{ letter: 0, retried: null }]);
  expect((await retryDeadLetter(after, 0, 10_000, false)).retried).toBe(10_000);
  expect(await all(after)).toMatchObject([{ letter: 0, retried: 10_000 }]);
});
