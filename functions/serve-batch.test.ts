import { expect, it } from "vitest";
import { MemoryEventLog } from "#shared/adapters/memory/event-log.ts";
import type { EventLog, LogRecord } from "#shared/ports/event-log.ts";
import type { BatchReport } from "#shared/ports/telemetry.ts";
import { encodeKafkaEvent } from "#shared/wire/kafka-event.ts";
import { serveBatch } from "./serve-batch.ts";

const record = (partition: number, offset: number): LogRecord => ({
  topic: "ticks",
  partition,
  offset,
  appendTime: Date.UTC(2026, 0, 1),
  key: "a",
  value: null,
});
const EVENT = encodeKafkaEvent("", [record(0, 3), record(1, 7), record(0, 5)]);

function memoryLog(): EventLog {
  const topics = [{ name: "candles", partitions: 1, groups: [], bound: 100 }];
  return new MemoryEventLog(topics, () => 0);
}

it("tells of each partition, and of what was published in all", async () => {
  const reports: BatchReport[] = [];
  const work = async ({ log }: { readonly log: EventLog }, records: readonly LogRecord[]) => {
    expect(records).toHaveLength(3);
    await log.publish("candles", [{ key: "a", value: null }]);
    await log.publish("candles", [{ key: "b", value: null }]);
  };
  const handler = { stage: "aggregate", open: async () => ({ log: memoryLog() }), work };
  await serveBatch(handler, EVENT, { batch: (report) => void reports.push(report) });
  const done = { stage: "aggregate", topic: "ticks", outputs: { candles: 2 }, outcome: "done", error: null };
  expect(reports).toEqual([
    {
      ...done,
      partition: 0,
      firstOffset: 3,
      lastOffset: 5,
      records: 2,
      ms: expect.any(Number),
      ageMs: expect.any(Number),
    },
    {
      ...done,
      partition: 1,
      firstOffset: 7,
      lastOffset: 7,
      records: 1,
      ms: expect.any(Number),
      ageMs: expect.any(Number),
    },
  ]);
  expect(reports[0]!.ageMs).toBeGreaterThan(0);
});

it("throws what went wrong, at the opening or later, and tells of it", async () => {
  const reports: BatchReport[] = [];
  const telemetry = { batch: (report: BatchReport) => void reports.push(report) };
  const down = async (): Promise<never> => {
    throw new Error("it is down");
  };
  const open = async () => ({ log: memoryLog() });
  await expect(serveBatch({ stage: "a", open: down, work: async () => {} }, EVENT, telemetry)).rejects.toThrow("down");
  await expect(serveBatch({ stage: "b", open, work: down }, EVENT, telemetry)).rejects.toThrow("it is down");
  expect(reports.map(({ stage, partition, outcome, error }) => [stage, partition, outcome, error])).toEqual([
    ["a", 0, "failed", "it is down"],
    ["a", 1, "failed", "it is down"],
    ["b", 0, "failed", "it is down"],
    ["b", 1, "failed", "it is down"],
  ]);
});
