import { groupOf, STREAM_FUNCTIONS, TOPICS } from "#functions/topology.ts";
import { MemoryCandleStore } from "#shared/adapters/memory/candle-store.ts";
import { MemoryCheckpointStore } from "#shared/adapters/memory/checkpoint-store.ts";
import { MemoryEventLog } from "#shared/adapters/memory/event-log.ts";
import { MemoryRangeRegistry } from "#shared/adapters/memory/range-registry.ts";
import { MemoryResultStore } from "#shared/adapters/memory/result-store.ts";
import { MemoryRunRegistry } from "#shared/adapters/memory/run-registry.ts";
import { MemoryTickStore } from "#shared/adapters/memory/tick-store.ts";
import { VmWatchdog } from "#shared/adapters/vm/vm-watchdog.ts";
import type { TickRecord } from "#shared/aggregation/tick-record.ts";
import { CatalogArtefacts } from "#shared/app/catalog-artefacts.ts";
import { stopPaperRun } from "#shared/app/paper-run.ts";
import type { RunCode, RunPlan } from "#shared/app/run-plan.ts";
import type { StrategyClass } from "#shared/engine/strategy.ts";
import type { Candle } from "#shared/market/candle.ts";
import { InputError } from "#shared/market/input-error.ts";
import { type Instrument, instrumentKey, parseFeed } from "#shared/market/instrument.ts";
import { specOf } from "#shared/market/instrument-specs.ts";
import type { EventLog, LogRecord } from "#shared/ports/event-log.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import type { CatalogStrategy, StrategyCatalog } from "#shared/ports/strategy-catalog.ts";
import { encodeTickRecord } from "#shared/wire/tick-records.ts";
import { DEAD_LETTERS, TICKS } from "#shared/wire/topics.ts";
import { SmaCross } from "#strategies/sma-cross/strategy.ts";
import { TrendFilter } from "#strategies/trend-filter/strategy.ts";
import { StreamHost, type StreamPorts } from "./stream-host.ts";

/** Strategies of a test, with hashes that say nothing of their code. */
export class TestCatalog implements StrategyCatalog {
  readonly #classes: ReadonlyMap<string, StrategyClass>;

  constructor(classes: Readonly<Record<string, StrategyClass>> = {}) {
    this.#classes = new Map(Object.entries({ "sma-cross": SmaCross, "trend-filter": TrendFilter, ...classes }));
  }

  async names(): Promise<readonly string[]> {
    return [...this.#classes.keys()].sort();
  }

  async load(name: string): Promise<CatalogStrategy> {
    const strategy = this.#classes.get(name);
    if (strategy === undefined) throw new InputError("not-found", `no strategy '${name}'`);
    return { name, strategy, parameters: strategy.parameters, bundleHash: `bundle of ${name}` };
  }

  async engineHash(): Promise<string> {
    return "engine";
  }
}

/** A memory store that also keeps every revision that was ever put, and refuses to have one said otherwise. */
export class WatchedCandleStore extends MemoryCandleStore {
  readonly live = new Map<string, Candle>();

  override async put(candles: readonly Candle[]): Promise<void> {
    for (const candle of candles) {
      const key = `${candle.instrument} ${candle.timeframe} ${candle.openTime} ${candle.revision}`;
      const held = this.live.get(key);
      if (held !== undefined && textOf(held) !== textOf(candle)) {
        throw new Error(`${key} was put as ${textOf(held)}, and now as ${textOf(candle)}`);
      }
      this.live.set(key, candle);
    }
    await super.put(candles);
  }
}

function textOf(candle: Candle): string {
  return JSON.stringify(candle, (_name, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
}

/** All ports in memory. */
export interface MemoryPorts extends StreamPorts {
  readonly candles: WatchedCandleStore;
  readonly log: MemoryEventLog;
  readonly catalog: StrategyCatalog;
}

/** `partitions`: of topic `candles`. */
export function memoryPorts(partitions = 1, catalog: StrategyCatalog = new TestCatalog()): MemoryPorts {
  const ranges = new MemoryRangeRegistry();
  const topics = TOPICS.map((topic) => ({
    name: topic.name,
    partitions: topic.name === "candles" ? partitions : topic.partitions,
    groups: STREAM_FUNCTIONS.filter((each) => each.topic === topic.name).map(groupOf),
    bound: 10_000,
    holeEvery: 3,
  }));
  let clock = 0;
  return {
    ticks: new MemoryTickStore(),
    candles: new WatchedCandleStore(ranges),
    ranges,
    checkpoints: new MemoryCheckpointStore(),
    results: new MemoryResultStore(),
    runs: new MemoryRunRegistry(),
    log: new MemoryEventLog(topics, () => clock++),
    catalog,
    artefacts: new CatalogArtefacts(catalog),
    watchdog: new VmWatchdog(),
  };
}

/** What a crash is here: the process is gone, its stores and its log are not. */
export class Crash extends Error {
  override readonly name = "Crash";
}

const WRITES: ReadonlySet<string | symbol> = new Set([
  "append",
  "put",
  "replace",
  "markDirty",
  "clearDirty",
  "addCoverage",
  "commit",
  "publish",
  "write",
  "writeHashes",
]);

/** Crashes before or after chosen writes, counted over all ports from 0. */
export class CrashPlan {
  #writes = 0;
  readonly #before: ReadonlySet<number>;
  readonly #after: ReadonlySet<number>;
  readonly #onCrash: () => Promise<void>;

  /** `onCrash`: what others do before the process is there again. */
  constructor(before: Iterable<number>, after: Iterable<number>, onCrash: () => Promise<void> = async () => {}) {
    this.#onCrash = onCrash;
    this.#before = new Set(before);
    this.#after = new Set(after);
  }

  /** How many writes were made or tried. */
  get writes(): number {
    return this.#writes;
  }

  wrap<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        return WRITES.has(name) ? (...args: unknown[]) => this.#call(call, args) : call;
      },
    });
  }

  async #call(call: (...args: unknown[]) => unknown, args: readonly unknown[]): Promise<unknown> {
    const write = this.#writes++;
    if (this.#before.has(write)) await this.#crash(`before write ${write}`);
    const result = await call(...args);
    if (this.#after.has(write)) await this.#crash(`after write ${write}`);
    return result;
  }

  async #crash(when: string): Promise<never> {
    await this.#onCrash();
    throw new Crash(when);
  }
}

/** The same ports, which crash as planned. */
export function crashingPorts(ports: StreamPorts, plan: CrashPlan): StreamPorts {
  return {
    ticks: plan.wrap(ports.ticks),
    candles: plan.wrap(ports.candles),
    ranges: plan.wrap(ports.ranges),
    checkpoints: plan.wrap(ports.checkpoints),
    results: plan.wrap(ports.results),
    runs: plan.wrap(ports.runs),
    log: plan.wrap(ports.log),
    artefacts: ports.artefacts,
    watchdog: ports.watchdog,
  };
}

/** A log that gives out batches of at most so many records, one size after the other, again and again. */
export function inBatches(log: EventLog, sizes: readonly number[]): EventLog {
  let polls = 0;
  return {
    publish: (topic, records) => log.publish(topic, records),
    commit: (group, records) => log.commit(group, records),
    positions: (group, topic) => log.positions(group, topic),
    poll: (group, topic, limit) => log.poll(group, topic, Math.min(limit, sizes[polls++ % sizes.length] ?? limit)),
  };
}

/** Drains until nothing is left, going on after each crash as a new process would; `onCrash` comes before that. */
export async function drainThroughCrashes(
  ports: StreamPorts,
  onCrash: () => Promise<void> = async () => {},
): Promise<void> {
  for (;;) {
    try {
      return await new StreamHost(ports).drain();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      await onCrash();
    }
  }
}

/** Stops a run: what it has kept is folded first, and archived. */
export async function stopped(ports: StreamPorts, run: string): Promise<RunRecord> {
  try {
    return await stopPaperRun(ports, run);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== "no-data") throw error;
    await new StreamHost(ports).drain();
    return stopPaperRun(ports, run);
  }
}

export interface Arrival {
  readonly instrument: Instrument;
  readonly record: TickRecord;
}

export async function publishTicks(log: EventLog, arrivals: readonly Arrival[]): Promise<void> {
  const records = arrivals.map(({ instrument, record }) => ({
    key: instrumentKey(instrument),
    value: encodeTickRecord(instrument, record),
  }));
  await log.publish(TICKS, records);
}

/** A live plan with settings that trade often. */
export function planOf(strategy: string, feeds: readonly string[], warmFrom: number, tradeFrom = warmFrom): RunPlan {
  const parsed = feeds.map(parseFeed);
  return {
    strategy,
    params: strategy === "trend-filter" ? { fast: 2, slow: 3, trend: 2 } : { fast: 2, slow: 3 },
    feeds: parsed.map((feed) => ({ feed, spec: specOf(feed.instrument, warmFrom) })),
    broker: { cash: 10_000, fee: null, allowShort: false },
    choice: "known",
    warmFrom,
    tradeFrom,
    end: null,
  };
}

export async function codeOf(catalog: StrategyCatalog, strategy: string): Promise<RunCode> {
  return { strategy: await catalog.load(strategy), engineHash: await catalog.engineHash() };
}

/** What was sent to dead letters, oldest first. */
export async function deadLetters(log: EventLog): Promise<readonly Record<string, unknown>[]> {
  const records: readonly LogRecord[] = await log.poll("a reader", DEAD_LETTERS, 10_000);
  return records.map(({ value }) => JSON.parse(new TextDecoder().decode(value!)) as Record<string, unknown>);
}
