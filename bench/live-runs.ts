import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDynamodb } from "#local/servers/start-dynamodb.ts";
import { DynamodbCheckpointStore } from "#shared/adapters/dynamodb/checkpoint-store.ts";
import { clientOf } from "#shared/adapters/dynamodb/settings.ts";
import { CHECKPOINT_KEY, createTable } from "#shared/adapters/dynamodb/tables.ts";
import { LargeStateFolder } from "#shared/adapters/files/large-state-folder.ts";
import { MemoryCandleStore } from "#shared/adapters/memory/candle-store.ts";
import { MemoryCheckpointStore } from "#shared/adapters/memory/checkpoint-store.ts";
import { MemoryEventLog } from "#shared/adapters/memory/event-log.ts";
import { MemoryRangeRegistry } from "#shared/adapters/memory/range-registry.ts";
import { MemoryResultStore } from "#shared/adapters/memory/result-store.ts";
import { MemoryRunRegistry } from "#shared/adapters/memory/run-registry.ts";
import { MemoryTickStore } from "#shared/adapters/memory/tick-store.ts";
import { VmWatchdog } from "#shared/adapters/vm/vm-watchdog.ts";
import { backtest } from "#shared/app/backtest.ts";
import { CatalogArtefacts } from "#shared/app/catalog-artefacts.ts";
import { standOf } from "#shared/app/live-run-life.ts";
import { startPaperRun } from "#shared/app/paper-run.ts";
import { parsePlan, type RunPlan } from "#shared/app/run-plan.ts";
import { stepStrategies } from "#shared/app/step-strategies.ts";
import type { Candle } from "#shared/market/candle.ts";
import { parseFeed } from "#shared/market/instrument.ts";
import { specOf } from "#shared/market/instrument-specs.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import { encodeCandlesRecord } from "#shared/wire/candle-records.ts";
import { CANDLES, RUN_EVENTS } from "#shared/wire/topics.ts";
import { SmaCross } from "#strategies/sma-cross/strategy.ts";
import type { Figure } from "./figure.ts";

const RUNS = 100;
const WARM = 300;
const TIMED = 200;
const TIMED_ON_DYNAMODB = 40;
const TABLE = "checkpoints";
const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);
const FEED = parseFeed("binance:BTC/USDT@1m");

const catalog = {
  names: async () => ["sma-cross"],
  load: async (name: string) => ({ name, strategy: SmaCross, parameters: SmaCross.parameters, bundleHash: "bundle" }),
  engineHash: async () => "engine",
};

function minute(i: number): Candle {
  const price = 100 + Math.round(Math.sin(i / 9) * 500) / 100;
  return {
    instrument: "binance:BTC/USDT",
    timeframe: "1m",
    openTime: START + i * MINUTE,
    closeTime: START + (i + 1) * MINUTE,
    open: price,
    high: price + 1,
    low: price - 1,
    close: price,
    volume: 10n ** 18n,
    quoteVolume: 10n ** 20n,
    buyVolume: 0n,
    trades: 9,
    firstId: i * 9,
    lastId: i * 9 + 8,
    origin: "live",
    revision: 0,
    reason: "close",
    completeness: "proven",
  };
}

/** Checkpoints that add up the CPU time of commits, ms. */
class TimedCheckpoints extends MemoryCheckpointStore {
  ms = 0;

  override commit(...args: Parameters<CheckpointStore["commit"]>): Promise<boolean> {
    const began = process.cpuUsage();
    // All its work is done before it returns; others go on before its promise is awaited.
    const done = super.commit(...args);
    const { user, system } = process.cpuUsage(began);
    this.ms += (user + system) / 1_000;
    return done;
  }
}

/** Checkpoints in DynamoDB Local that tell how long commits are under way, ms. */
class WatchedCheckpoints extends DynamodbCheckpointStore {
  /** Of all commits together, and during which any is. */
  sum = 0;
  busy = 0;
  #open = 0;
  #since = 0;

  override async commit(...args: Parameters<CheckpointStore["commit"]>): Promise<boolean> {
    const began = performance.now();
    if (this.#open++ === 0) this.#since = began;
    try {
      return await super.commit(...args);
    } finally {
      const now = performance.now();
      this.sum += now - began;
      if (--this.#open === 0) this.busy += now - this.#since;
    }
  }
}

/**
 * One candle stepped through 100 paper runs on one stream, in a function that keeps nothing between its batches: what it
 * takes beside the commits, and what these take in DynamoDB Local.
 */
export async function run(): Promise<Figure[]> {
  const inMemory = new TimedCheckpoints();
  let before = 0;
  const cpu = await stepped(inMemory, TIMED, () => {
    before = inMemory.ms;
  });
  const commits = inMemory.ms - before;
  return [
    { name: "100 paper runs, one candle, beside commits", value: (cpu - commits) / TIMED, unit: "CPU ms" },
    { name: "100 paper runs, one candle, commits to memory", value: commits / TIMED, unit: "CPU ms" },
    ...(await onDynamodb()),
  ];
}

async function onDynamodb(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  const server = await startDynamodb(join(folder, "dynamodb"));
  const { endpoint, region, ...credentials } = server;
  const client = clientOf({ endpoint, region, credentials });
  try {
    await createTable(client, TABLE, CHECKPOINT_KEY);
    const watched = new WatchedCheckpoints(client, TABLE, new LargeStateFolder(join(folder, "states")));
    await stepped(watched, TIMED_ON_DYNAMODB, () => {
      watched.sum = 0;
      watched.busy = 0;
    });
    const each = watched.busy / TIMED_ON_DYNAMODB;
    return [
      { name: "100 paper runs, one candle, commits to DynamoDB", value: each, unit: "ms" },
      { name: "commits under way at a time", value: watched.sum / watched.busy, unit: "" },
    ];
  } finally {
    client.destroy();
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

/**
 * Steps candles through the runs, `timed` of them after others that warm up; `onWarm` is told between. Resolves to the
 * CPU time of the timed ones, ms. Throws unless each run has what its backtest has.
 */
async function stepped(checkpoints: CheckpointStore, timed: number, onWarm: () => void): Promise<number> {
  const ranges = new MemoryRangeRegistry();
  const topics = [CANDLES, RUN_EVENTS].map((name) => ({ name, partitions: 1, groups: [], bound: 1_000 }));
  const ports = {
    ticks: new MemoryTickStore(),
    candles: new MemoryCandleStore(ranges),
    ranges,
    checkpoints,
    results: new MemoryResultStore(),
    runs: new MemoryRunRegistry(),
    log: new MemoryEventLog(topics, () => 1),
    artefacts: new CatalogArtefacts(catalog),
    watchdog: new VmWatchdog(),
  };
  const code = { strategy: await catalog.load("sma-cross"), engineHash: "engine" };
  for (let i = 0; i < RUNS; i++) await startPaperRun(ports, planOf(i), code, i);
  let cpu = 0;
  const warm = Math.ceil((WARM * timed) / TIMED);
  for (let i = 0; i < warm + timed; i++) {
    const candle = minute(i);
    await ports.candles.put([candle]);
    const { instrument } = FEED;
    const value = encodeCandlesRecord({ instrument, candles: [candle], dirty: [], coverage: [], ended: null });
    const record = { topic: CANDLES, partition: 0, offset: i, appendTime: i, key: "binance:BTC/USDT", value };
    if (i === warm) onWarm();
    const began = process.cpuUsage();
    await stepStrategies(ports, [record]);
    const { user, system } = process.cpuUsage(began);
    if (i >= warm) cpu += (user + system) / 1_000;
  }
  for (const record of await ports.runs.list()) {
    const tested = await backtest(ports, parsePlan(record.definition), code, 1);
    const { resultHash } = await standOf(ports, record);
    if (resultHash !== tested.resultHash) throw new Error(`run ${record.run} differs from its backtest`);
  }
  return cpu;
}

function planOf(i: number): RunPlan {
  return {
    strategy: "sma-cross",
    params: { fast: 2 + (i % 10), slow: 20 + i },
    feeds: [{ feed: FEED, spec: specOf(FEED.instrument, START) }],
    broker: { cash: 10_000, fee: null, allowShort: false },
    choice: "known",
    warmFrom: START,
    tradeFrom: START,
    end: null,
  };
}
