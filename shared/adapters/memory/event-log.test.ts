import { describe, expect, it } from "vitest";
import { MemoryEventLog, type MemoryTopic } from "./event-log.ts";

const value = new Uint8Array(1);
const records = (count: number) => Array.from({ length: count }, () => ({ key: "a", value }));

function logOf(settings: Partial<MemoryTopic>, now: () => number = () => 1_000): MemoryEventLog {
  return new MemoryEventLog([{ name: "t", partitions: 1, groups: ["g"], bound: 3, ...settings }], now);
}

async function offsets(log: MemoryEventLog, group = "g"): Promise<number[]> {
  return (await log.poll(group, "t", 100)).map(({ offset }) => offset);
}

describe("MemoryEventLog's bound", () => {
  it("rejects a batch that does not fit, all of it, until the group consumed", async () => {
    const log = logOf({});
    await log.publish("t", records(2));
    await expect(log.publish("t", records(2))).rejects.toThrow(
      "topic 't' partition 0 holds 2 records that g did not consume yet, and takes 3 at most: consume before publishing 2 more",
    );
    expect(await offsets(log)).toEqual([0, 1]);
    await log.commit("g", (await log.poll("g", "t", 1)).slice(0, 1));
    await log.publish("t", records(2));
    expect(await offsets(log)).toEqual([1, 2, 3]);
  });

  it("waits for the slowest of the groups, and for no other", async () => {
    const log = logOf({ groups: ["fast", "slow"] });
    await log.publish("t", records(3));
    for (const group of ["fast", "stranger"]) await log.commit(group, await log.poll(group, "t", 9));
    await expect(log.publish("t", records(1))).rejects.toThrow("takes 3 at most");
    await log.commit("slow", await log.poll("slow", "t", 1));
    await log.publish("t", records(1));
    expect(await offsets(log, "slow")).toEqual([1, 2, 3]);
    expect(await offsets(log, "fast")).toEqual([3]);
  });

  it("keeps the newest records of a topic that nobody reads", async () => {
    const log = logOf({ groups: [] });
    await log.publish("t", records(5));
    expect(await offsets(log)).toEqual([2, 3, 4]);
  });
});

describe("MemoryEventLog's offsets and times", () => {
  it("start where they are told to, and skip the same offsets however batches are cut", async () => {
    const settings = { bound: 100, holeEvery: 3, startOffsets: [7] };
    const [one, two] = [logOf(settings), logOf(settings)];
    await one.publish("t", records(6));
    for (let i = 0; i < 6; i++) await two.publish("t", records(1));
    expect(await offsets(one)).toEqual([7, 9, 10, 12, 13, 15]);
    expect(await offsets(two)).toEqual(await offsets(one));
  });

  it("never steps back in time", async () => {
    const times = [5, 3, 9];
    const log = logOf({}, () => times.shift()!);
    for (let i = 0; i < 3; i++) await log.publish("t", records(1));
    expect((await log.poll("g", "t", 9)).map(({ appendTime }) => appendTime)).toEqual([5, 5, 9]);
  });
});
