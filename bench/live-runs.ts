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

/** One candle stepped through 100 paper runs on one stream, in a function that keeps nothing between its batches. */
export async function run(): Promise<Figure[]> {
  const ranges = new MemoryRangeRegistry();
  const topics = [CANDLES, RUN_EVENTS].map((name) => ({ name, partitions: 1, groups: [], bound: 1_000 }));
  const checkpoints = new TimedCheckpoints();
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
  const planOf = (i: number): RunPlan => ({
    strategy: "sma-cross",
    params: { fast: 2 + (i % 10), slow: 20 + i },
    feeds: [{ feed: FEED, spec: specOf(FEED.instrument, START) }],
    broker: { cash: 10_000, fee: null, allowShort: false },
    choice: "known",
    warmFrom: START,
    tradeFrom: START,
    end: null,
  });
  for (let i = 0; i < RUNS; i++) await startPaperRun(ports, planOf(i), code, i);
  let cpu = 0;
  for (let i = 0; i < WARM + TIMED; i++) {
    const candle = minute(i);
    await ports.candles.put([candle]);
    const { instrument } = FEED;
    const value = encodeCandlesRecord({ instrument, candles: [candle], dirty: [], coverage: [], ended: null });
    const record = { topic: CANDLES, partition: 0, offset: i, appendTime: i, key: "binance:BTC/USDT", value };
    if (i === WARM) checkpoints.ms = 0;
    const began = process.cpuUsage();
    await stepStrategies(ports, [record]);
    const { user, system } = process.cpuUsage(began);
    if (i >= WARM) cpu += (user + system) / 1_000;
  }
  for (const record of await ports.runs.list()) {
    const tested = await backtest(ports, parsePlan(record.definition), code, 1);
    const { resultHash } = await standOf(ports, record);
    if (resultHash !== tested.resultHash) throw new Error(`run ${record.run} differs from its backtest`);
  }
  return [
    { name: "100 paper runs, one candle, beside commits", value: (cpu - checkpoints.ms) / TIMED, unit: "CPU ms" },
    { name: "100 paper runs, one candle, commits to memory", value: checkpoints.ms / TIMED, unit: "CPU ms" },
  ];
}
