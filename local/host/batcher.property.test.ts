import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogRecord } from "#shared/ports/event-log.ts";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { type Batch, Batcher } from "./batcher.ts";

const CAP = 100;
const PARTITIONS = [0, 1, 2];

/** A record of so many bytes, by its value. */
function recordOf(partition: number, offset: number, bytes: number): LogRecord {
  return { topic: "t", partition, offset, appendTime: 0, key: "", value: new Uint8Array(bytes) };
}

const bytesOf = ({ value }: LogRecord): number => value!.length;

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      partition: fc.constantFrom(...PARTITIONS),
      // Beyond the cap now and then.
      sizes: fc.array(fc.integer({ min: 1, max: 130 }), { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("done" as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 40 }) }) },
);

const limits = fc.record({ batchSize: fc.integer({ min: 1, max: 5 }), windowMs: fc.constantFrom(0, 10, 50) });

describe("Batcher", () => {
  it("gives each record once and in order, one batch a partition at a time, within every limit", () => {
    const property = fc.property(limits, fc.array(step, { maxLength: 40 }), ({ batchSize, windowMs }, steps) => {
      const batcher = new Batcher(PARTITIONS, { batchSize, windowMs, bytes: CAP, bytesOf });
      const added = new Map<number, number>(PARTITIONS.map((partition) => [partition, 0]));
      const given = new Map<number, number[]>(PARTITIONS.map((partition) => [partition, []]));
      const open: Batch[] = [];
      let now = 0;
      const take = (): void => {
        const before = batcher.nextDue();
        const taken = batcher.take(now);
        expect(taken.length > 0).toBe(before !== null && before <= now);
        for (const batch of taken) check(batch);
        expect(batcher.nextDue() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
        expect(batcher.inFlight()).toEqual(open.flatMap(({ partitions }) => partitions).sort());
      };
      const check = (batch: Batch): void => {
        const busy = open.flatMap(({ partitions }) => partitions);
        expect(batch.partitions.filter((partition) => busy.includes(partition))).toEqual([]);
        const bytes = batch.records.reduce((sum, record) => sum + bytesOf(record), 0);
        expect(bytes <= CAP || batch.records.length === 1).toBe(true);
        const byPartition = Map.groupBy(batch.records, ({ partition }) => partition);
        expect([...byPartition.keys()]).toEqual(batch.partitions);
        for (const [partition, records] of byPartition) {
          expect(records.length).toBeLessThanOrEqual(batchSize);
          given.get(partition)!.push(...records.map(({ offset }) => offset));
        }
        open.push(batch);
      };
      for (const each of steps) {
        if (each.do === "wait") now += each.ms;
        else if (each.do === "done" && open.length > 0) batcher.done(open.splice(each.which % open.length, 1)[0]!);
        else if (each.do === "add") {
          const from = added.get(each.partition)!;
          const records = each.sizes.map((bytes, i) => recordOf(each.partition, from + i, bytes));
          added.set(each.partition, from + records.length);
          batcher.add(records, now);
        }
        take();
      }
      while (open.length > 0 || batcher.nextDue() !== null) {
        for (const batch of open.splice(0)) batcher.done(batch);
        now += windowMs;
        take();
      }
      for (const partition of PARTITIONS) {
        expect(given.get(partition)).toEqual(Array.from({ length: added.get(partition)! }, (_, i) => i));
        expect(batcher.waitingBytes(partition)).toBe(0);
      }
    });
    fc.assert(property, propertyRuns(1_000));
  });

  it("mixes partitions in one batch, and gives a full one a batch of its own", () => {
    const batcher = new Batcher(PARTITIONS, { batchSize: 3, windowMs: 10, bytes: CAP, bytesOf });
    batcher.add([recordOf(0, 0, 1), recordOf(2, 0, 1)], 0);
    expect(batcher.take(9)).toEqual([]);
    batcher.add(
      [0, 1, 2, 3].map((offset) => recordOf(1, offset, 1)),
      9,
    );
    expect(batcher.take(9).map(({ partitions }) => partitions)).toEqual([[1]]);
    expect(batcher.take(10).map(({ partitions }) => partitions)).toEqual([[0, 2]]);
  });
});
