import { expect, test } from "vitest";
import { MemoryCheckpointStore } from "../adapters/memory/checkpoint-store.ts";
import { MemoryEventLog } from "../adapters/memory/event-log.ts";
import { MemoryRangeRegistry } from "../adapters/memory/range-registry.ts";
import { MemoryRunRegistry } from "../adapters/memory/run-registry.ts";
import { MemoryTickStore } from "../adapters/memory/tick-store.ts";
import { AGGREGATOR_SCHEMA } from "../aggregation/aggregator-codec.ts";
import { InputError } from "../market/input-error.ts";
import { tickColumns } from "../market/tick.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import { encodeTickRecord } from "../wire/tick-records.ts";
import { CANDLES, DEAD_LETTERS, TICKS } from "../wire/topics.ts";
import { AGGREGATE, aggregate } from "./aggregate.ts";
import { platformStatus, type StatusPorts, type Within } from "./status.ts";

const BTC = { exchange: "binance", symbol: "BTC/USDT" };
const READERS = [{ stage: "aggregate", topic: TICKS, group: "aggregate/ticks" }];
const NOON = Date.UTC(2024, 7, 8, 12);
const within: Within = (answer) => answer;

const RUN: RunRecord = {
  run: "paper-1",
  version: 1,
  kind: "paper",
  strategy: "sma-cross",
  feeds: ["data=binance:BTC/USDT@1m"],
  params: {},
  definition: "{}",
  identity: "ab",
  created: NOON,
  status: "running",
  error: null,
  resultHash: null,
  until: null,
  figures: null,
};

function parts() {
  const topics = [TICKS, CANDLES, DEAD_LETTERS].map((name) => ({
    name,
    partitions: 1,
    groups: name === TICKS ? ["aggregate/ticks"] : [],
    bound: 100,
  }));
  const log = new MemoryEventLog(topics, () => NOON + 5);
  const checkpoints = new MemoryCheckpointStore();
  const runs = new MemoryRunRegistry();
  const store = { ticks: new MemoryTickStore(), ranges: new MemoryRangeRegistry() };
  const ports: StatusPorts = {
    log: async () => log,
    checkpoints: async () => checkpoints,
    liveRuns: async () => runs,
    store: async () => store,
  };
  return { log, checkpoints, runs, store, ports };
}

test("an idle platform has nothing to tell", async () => {
  expect(await platformStatus(parts().ports, READERS, within)).toEqual({
    stages: { value: [{ stage: "aggregate", topic: TICKS, partition: 0, lag: 0 }], error: null },
    deadLetters: { value: 0, error: null },
    instruments: { value: [], error: null },
    lost: { value: [], error: null },
    runs: { value: { open: [], failed: [] }, error: null },
    replays: { value: { open: [], unreadable: [] }, error: null },
  });
});

test("lag, watermarks, lost spans, runs that wait or failed, and dead letters are told", async () => {
  const { log, checkpoints, runs, store, ports } = parts();
  const value = encodeTickRecord(BTC, { kind: "heartbeat", watermark: NOON - 2_000 });
  await log.publish(
    TICKS,
    [1, 2, 3].map(() => ({ key: "binance:BTC/USDT", value })),
  );
  const [first] = await log.poll("aggregate/ticks", TICKS, 1);
  await aggregate({ log, checkpoints }, [first!]);
  await log.commit("aggregate/ticks", [first!]);
  await log.publish(DEAD_LETTERS, [{ key: TICKS, value }]);
  const tick = { id: 1, ts: NOON, price: 1, amount: 1, side: 1, firstId: 1, lastId: 1 };
  await store.ticks.append(BTC, tickColumns([tick as never], "trade", "sequence"), "live");
  await store.ranges.addCoverage(BTC, { from: 0, to: 60_000, kind: "lost", reason: "the connection broke" });
  await store.ranges.addCoverage(BTC, { from: 90_000, to: 95_000, kind: "silent", reason: "heartbeats" });
  await runs.putAll([
    { ...RUN, error: "the store is behind the stream" },
    { ...RUN, run: "replay-1.0", kind: "replay" },
    { ...RUN, run: "paper-2", status: "failed", error: "RangeError in next()" },
    { ...RUN, run: "paper-3", status: "stopped" },
    { ...RUN, run: "b1", kind: "backtest" },
  ]);
  const told = await platformStatus(ports, READERS, within);
  expect(told.stages.value).toEqual([{ stage: "aggregate", topic: TICKS, partition: 0, lag: 2 }]);
  expect(told.deadLetters.value).toBe(1);
  expect(told.instruments.value).toEqual([
    { instrument: "binance:BTC/USDT", watermark: NOON - 2_000, lastRecord: NOON + 5, ended: null, error: null },
  ]);
  expect(told.lost.value).toEqual([
    { instrument: "binance:BTC/USDT", spans: 1, length: 60_000, last: 60_000, reason: "the connection broke" },
  ]);
  expect(told.runs.value?.open).toMatchObject([
    { run: "paper-1", waits: "the store is behind the stream" },
    { run: "replay-1.0", waits: null },
  ]);
  expect(told.runs.value?.failed).toEqual([{ run: "paper-2", strategy: "sma-cross", error: "RangeError in next()" }]);
});

test("an instrument whose state is of another version is told with what to do, and the others as ever", async () => {
  const { log, checkpoints, ports } = parts();
  const value = encodeTickRecord(BTC, { kind: "heartbeat", watermark: NOON });
  await log.publish(TICKS, [{ key: "binance:BTC/USDT", value }]);
  await aggregate({ log, checkpoints }, await log.poll("aggregate/ticks", TICKS, 1));
  const newer = { schema: AGGREGATOR_SCHEMA + 1, state: Uint8Array.of(9, 255), fence: [] };
  await checkpoints.commit(AGGREGATE, "kraken:SOL/USD", 0, newer);
  expect((await platformStatus(ports, READERS, within)).instruments.value).toEqual([
    expect.objectContaining({ instrument: "binance:BTC/USDT", watermark: NOON, error: null }),
    {
      ...{ instrument: "kraken:SOL/USD", watermark: null, lastRecord: null, ended: null },
      error: expect.stringMatching(/^aggregate of kraken:SOL\/USD has a state of schema 2, .*: upgrade Millrace/),
    },
  ]);
});

test("what is lost is counted once, however often it is told", async () => {
  const { store, ports } = parts();
  await store.ticks.append(BTC, tickColumns([{ id: 1, ts: NOON, price: 1, amount: 1, side: null }]), "live");
  for (const [from, to] of [
    [0, 30_000],
    [10_000, 20_000],
    [90_000, 95_000],
    [91_000, 92_000],
  ] as const) {
    await store.ranges.addCoverage(BTC, { from, to, kind: "lost", reason: `up to ${to}` });
  }
  expect((await platformStatus(ports, READERS, within)).lost.value).toEqual([
    { instrument: "binance:BTC/USDT", spans: 2, length: 35_000, last: 95_000, reason: "up to 95000" },
  ]);
});

test("a topic that is missing is told beside those that are there", async () => {
  const readers = [...READERS, { stage: "archive", topic: "nowhere", group: "archive/nowhere" }];
  const { log, ports } = parts();
  const missing: StatusPorts = {
    ...ports,
    log: async () => ({
      publish: log.publish.bind(log),
      poll: log.poll.bind(log),
      commit: log.commit.bind(log),
      positions: (group, topic) =>
        topic === "nowhere" ? Promise.reject(new InputError("not-found", "no topic")) : log.positions(group, topic),
    }),
  };
  expect((await platformStatus(missing, readers, within)).stages.value).toEqual([
    { stage: "aggregate", topic: TICKS, partition: 0, lag: 0 },
    { stage: "archive", topic: "nowhere", partition: null, lag: null },
  ]);
});

test("what is down, or does not answer, is told in its place, and all else as ever", async () => {
  const { ports } = parts();
  const down: StatusPorts = {
    ...ports,
    log: () => Promise.reject(new Error("Kafka cannot be reached")),
    store: () => new Promise(() => {}),
  };
  const told = await platformStatus(down, READERS, (answer, port) =>
    Promise.race([answer, new Promise<never>((_, reject) => setImmediate(() => reject(new Error(`no ${port}`))))]),
  );
  expect(told).toMatchObject({
    stages: { value: null, error: "Kafka cannot be reached" },
    deadLetters: { value: null, error: "Kafka cannot be reached" },
    lost: { value: null, error: "no store" },
    instruments: { error: null },
    runs: { error: null },
  });
});
