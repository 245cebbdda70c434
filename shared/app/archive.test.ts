import { expect, it } from "vitest";
import { MemoryCandleStore } from "#shared/adapters/memory/candle-store.ts";
import { MemoryEventLog } from "#shared/adapters/memory/event-log.ts";
import { MemoryRangeRegistry } from "#shared/adapters/memory/range-registry.ts";
import { MemoryResultStore } from "#shared/adapters/memory/result-store.ts";
import { MemoryRunRegistry } from "#shared/adapters/memory/run-registry.ts";
import { MemoryTickStore } from "#shared/adapters/memory/tick-store.ts";
import { InputError } from "../market/input-error.ts";
import type { Interval } from "../market/interval.ts";
import type { LogRecord } from "../ports/event-log.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import { encodeCandlesRecord } from "../wire/candle-records.ts";
import { decodeDeadLetter } from "../wire/dead-letters.ts";
import { encodeRunEvents, encodeRunHash, encodeRunRecord } from "../wire/run-event-records.ts";
import { CANDLES, DEAD_LETTERS, RUN_EVENTS } from "../wire/topics.ts";
import { archive } from "./archive.ts";

const NOON = Date.UTC(2024, 5, 1, 12);

const RUNNING: RunRecord = {
  run: "paper-1",
  version: 1,
  kind: "paper",
  strategy: "sma-cross",
  feeds: ["data=binance:BTC/USDT@1m"],
  params: { fast: 10, slow: 30 },
  definition: "{}",
  identity: "ab".repeat(32),
  created: NOON,
  status: "running",
  error: null,
  resultHash: null,
  until: null,
  figures: null,
};
const STOPPED: RunRecord = { ...RUNNING, version: 2, status: "stopped", until: 60_000, resultHash: "cd".repeat(32) };

function portsOf() {
  const ranges = new MemoryRangeRegistry();
  const log = new MemoryEventLog([{ name: DEAD_LETTERS, partitions: 1, groups: [], bound: 100 }], () => NOON);
  const stores = { ticks: new MemoryTickStore(), candles: new MemoryCandleStore(ranges), ranges };
  return { ...stores, results: new MemoryResultStore(), runs: new MemoryRunRegistry(), log };
}

function logged(offset: number, value: Uint8Array, key = RUNNING.run): LogRecord {
  return { topic: RUN_EVENTS, partition: 0, offset, appendTime: NOON, key, value };
}

/** A cycle without orders at a minute after noon. */
function cycle(minute: number): Uint8Array {
  const column = (value: number): Float64Array => Float64Array.of(value);
  const cycles = { length: 1, time: column(NOON + minute * 60_000), cash: column(1), value: column(2) };
  const events = {
    firstCycle: minute,
    cycles: { ...cycles, position: [column(0)] },
    orders: [],
    fills: [],
    trades: [],
    logs: [],
  };
  return encodeRunEvents({ run: RUNNING.run, feeds: ["data"], events });
}

it("puts what a run has become into the store's registry, beside what it did, however often it is told", async () => {
  const ports = portsOf();
  const begun = [logged(0, encodeRunRecord(RUNNING)), logged(1, cycle(0))];
  await archive(ports, begun);
  expect(await ports.runs.list()).toEqual([RUNNING]);
  const all = [...begun, logged(2, cycle(1)), logged(3, encodeRunRecord(STOPPED))];
  await archive(ports, all);
  await archive(ports, all);
  expect(await ports.runs.list()).toEqual([STOPPED]);
  expect((await ports.results.read(RUNNING.run)).cycles.time).toEqual(Float64Array.of(NOON, NOON + 60_000));
  expect(await ports.log.poll("anybody", DEAD_LETTERS, 10)).toEqual([]);
});

it("stores what a run states, once, and none of it under the key of another", async () => {
  const ports = portsOf();
  const stated = { time: Date.UTC(2024, 5, 2), resultHash: "ef".repeat(16) };
  const value = encodeRunHash({ run: RUNNING.run, ...stated });
  const records = [logged(0, cycle(0)), logged(1, value), logged(2, value), logged(3, value, "paper-2")];
  await archive(ports, records);
  await archive(ports, records);
  expect(await ports.results.readHashes(RUNNING.run)).toEqual([stated]);
  expect(await ports.results.readHashes("paper-2")).toEqual([]);
  const letters = (await ports.log.poll("anybody", DEAD_LETTERS, 10)).map(({ value }) => decodeDeadLetter(value));
  expect(letters.map(({ offset }) => offset)).toEqual([3, 3]);
});

it("is not led back by an older record that comes later, as from an invocation that was overtaken", async () => {
  const ports = portsOf();
  await archive(ports, [logged(0, encodeRunRecord(RUNNING)), logged(1, encodeRunRecord(STOPPED))]);
  await archive(ports, [logged(0, encodeRunRecord(RUNNING))]);
  expect(await ports.runs.list()).toEqual([STOPPED]);
});

it("puts no record of a run that cannot be read or has another's key, and goes on behind it", async () => {
  const ports = portsOf();
  const unread = new TextEncoder().encode('{"v":1,"kind":"run"}');
  const other = { ...RUNNING, run: "paper-2" };
  await archive(ports, [logged(0, encodeRunRecord(other)), logged(1, unread), logged(2, encodeRunRecord(STOPPED))]);
  expect(await ports.runs.list()).toEqual([STOPPED]);
  const letters = (await ports.log.poll("anybody", DEAD_LETTERS, 10)).map(({ value }) => decodeDeadLetter(value));
  expect(letters.map(({ offset }) => offset)).toEqual([0, 1]);
  expect(letters[0]).toMatchObject({ topic: RUN_EVENTS, key: "paper-1" });
  expect(letters[0]!.reason).toBe("a record of paper-2 has the key paper-1");
});

it("keeps what a record says is dirty and lost where the store refuses a candle of it, and tells that", async () => {
  const ports = portsOf();
  ports.candles.put = async (candles) => {
    if (candles.length > 0) throw new InputError("bad-data", "QuestDB refused row 0");
  };
  const instrument = { exchange: "binance", symbol: "BTC/USDT" };
  const candle = {
    ...({ instrument: "binance:BTC/USDT", timeframe: "1m", openTime: NOON, closeTime: NOON + 60_000 } as const),
    ...({ open: 1, high: 1, low: 1, close: 1, volume: 1n, quoteVolume: 1n, buyVolume: 1n, trades: 1 } as const),
    ...({ firstId: 1, lastId: 1, origin: "live", revision: 0, reason: "close", completeness: "unknown" } as const),
  };
  const [dirty, lost] = [1, 2].map((minute) => ({ from: NOON, to: NOON + minute })) as [Interval, Interval];
  const coverage = [{ ...lost, kind: "lost", reason: "retention" } as const];
  const value = encodeCandlesRecord({ instrument, candles: [candle], dirty: [dirty], coverage, ended: null });
  const other = encodeCandlesRecord({ instrument, candles: [], dirty: [lost], coverage: [], ended: null });
  const key = "binance:BTC/USDT";
  await archive(
    ports,
    [value, other].map((each, offset) => ({ ...logged(offset, each, key), topic: CANDLES })),
  );
  expect(await ports.ranges.dirty(instrument)).toMatchObject([dirty, lost]);
  expect(await ports.ranges.coverage(instrument, NOON, NOON + 1)).toEqual(coverage);
  const letters = (await ports.log.poll("anybody", DEAD_LETTERS, 10)).map(({ value }) => decodeDeadLetter(value));
  expect(letters).toMatchObject([{ topic: CANDLES, offset: 0, reason: "QuestDB refused row 0" }]);
});

it("fails where the registry does not take the record now, and makes no letter of it", async () => {
  const ports = portsOf();
  const away = async (): Promise<void> => {
    throw new InputError("store", "it is away");
  };
  await expect(archive({ ...ports, runs: { put: away } }, [logged(0, encodeRunRecord(RUNNING))])).rejects.toThrow(
    "away",
  );
  expect(await ports.log.poll("anybody", DEAD_LETTERS, 10)).toEqual([]);
});
