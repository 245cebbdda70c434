import { expect, it } from "vitest";
import { MemoryCheckpointStore } from "../adapters/memory/checkpoint-store.ts";
import type { CheckpointStore } from "../ports/checkpoint-store.ts";
import type { LogRecord } from "../ports/event-log.ts";
import { STARTED_BATCHES, StartedBatch } from "./started-batch.ts";

const record = (offset: number, partition = 0): LogRecord => ({
  ...{ topic: "candles", partition, offset, appendTime: 0, key: "binance:BTC/USDT", value: new Uint8Array() },
});

/** The store as another process sees it. */
const anew = (store: CheckpointStore): CheckpointStore => ({
  load: (...args) => store.load(...args),
  commit: (...args) => store.commit(...args),
  keys: (...args) => store.keys(...args),
  remove: (...args) => store.remove(...args),
});

/** A store that can be away. */
class Flapping extends MemoryCheckpointStore {
  isAway = false;

  override async commit(...args: Parameters<CheckpointStore["commit"]>): Promise<boolean> {
    if (this.isAway) throw new Error("away");
    return super.commit(...args);
  }
}

it("tells the next process of the same batch, and of no other, that one died", async () => {
  const store = new MemoryCheckpointStore();
  const first = await StartedBatch.begin(store, record(7));
  expect(first.diedBefore).toBe(false);
  await first.mark("together");
  expect((await StartedBatch.begin(store, record(8))).diedBefore).toBe(false);
  expect((await StartedBatch.begin(store, record(7, 1))).diedBefore).toBe(false);
  const second = await StartedBatch.begin(store, record(7));
  expect(second.diedBefore).toBe(true);
  await second.end();
  expect((await StartedBatch.begin(store, record(7))).diedBefore).toBe(true);
});

it("counts deaths of a run alone, and keeps the count through what throws", async () => {
  const store = new MemoryCheckpointStore();
  for (let deaths = 0; deaths < 3; deaths++) {
    const batch = await StartedBatch.begin(store, record(7));
    expect([batch.deathsOf("one"), batch.deathsOf("other")]).toEqual([deaths, 0]);
    await batch.mark({ alone: "one" });
  }
  const throwing = await StartedBatch.begin(store, record(7));
  await throwing.mark({ alone: "other" });
  await throwing.end();
  const next = await StartedBatch.begin(store, record(7));
  expect([next.diedBefore, next.deathsOf("one"), next.deathsOf("other")]).toEqual([true, 3, 0]);
  await next.mark({ alone: "one" });
  await (await StartedBatch.begin(store, record(9))).mark("together");
  expect((await StartedBatch.begin(store, record(7))).diedBefore).toBe(false);
});

it("takes its own mark for no death where it threw and the store was away", async () => {
  const store = new Flapping();
  for (let attempt = 0; attempt < 9; attempt++) {
    const batch = await StartedBatch.begin(store, record(7));
    expect([batch.diedBefore, batch.deathsOf("one")]).toEqual([false, 0]);
    await batch.mark({ alone: "one" });
    store.isAway = true;
    await batch.end();
    store.isAway = false;
  }
  expect((await StartedBatch.begin(anew(store), record(7))).deathsOf("one")).toBe(1);
});

it("takes no mark for its own that another process left since", async () => {
  const store = new Flapping();
  const batch = await StartedBatch.begin(store, record(7));
  await batch.mark("together");
  store.isAway = true;
  await batch.end();
  store.isAway = false;
  const other = await StartedBatch.begin(anew(store), record(7));
  await other.mark({ alone: "one" });
  await other.mark({ alone: "other" });
  expect((await StartedBatch.begin(store, record(7))).deathsOf("other")).toBe(1);
});

it("throws where a mark cannot be written", async () => {
  const store = new Flapping();
  store.isAway = true;
  const away = await StartedBatch.begin(store, record(7));
  await expect(away.mark("together")).rejects.toThrow("away");
  await away.end();
});

it("leaves the mark of who was faster, and writes its next one over it", async () => {
  const store = new MemoryCheckpointStore();
  const [one, other] = [await StartedBatch.begin(store, record(7)), await StartedBatch.begin(store, record(7))];
  await one.mark({ alone: "one" });
  await other.mark({ alone: "other" });
  expect((await StartedBatch.begin(store, record(7))).deathsOf("one")).toBe(1);
  await other.mark({ alone: "third" });
  expect((await StartedBatch.begin(store, record(7))).deathsOf("third")).toBe(1);
});

it("takes a mark of another version for none", async () => {
  const store = new MemoryCheckpointStore();
  const newer = { schema: 9, state: Uint8Array.of(1), fence: [] };
  await store.commit(STARTED_BATCHES, "candles/0", 0, newer);
  const batch = await StartedBatch.begin(store, record(7));
  expect(batch.diedBefore).toBe(false);
  await batch.mark("together");
  expect((await StartedBatch.begin(store, record(7))).diedBefore).toBe(true);
});
