import { expect, test } from "vitest";
import { MemoryCandleStore } from "../adapters/memory/candle-store.ts";
import { MemoryCheckpointStore } from "../adapters/memory/checkpoint-store.ts";
import { MemoryEventLog } from "../adapters/memory/event-log.ts";
import { MemoryRangeRegistry } from "../adapters/memory/range-registry.ts";
import { MemoryResultStore } from "../adapters/memory/result-store.ts";
import { MemoryRunRegistry } from "../adapters/memory/run-registry.ts";
import { MemoryTickStore } from "../adapters/memory/tick-store.ts";
import { Strategy } from "../engine/strategy.ts";
import { parseFeed } from "../market/instrument.ts";
import { specOf } from "../market/instrument-specs.ts";
import { tickColumns } from "../market/tick.ts";
import { type BacktestPorts, backtest } from "./backtest.ts";
import type { RunCode, RunPlan } from "./run-plan.ts";
import { type StepStrategiesPorts, stepStrategies } from "./step-strategies.ts";

const START = Date.UTC(2024, 0, 1);
const feed = parseFeed("binance:BTC/USDT@1s");

class Turns extends Strategy({}) {
  override next(): void {
    if (this.data.bars % 10 === 1) this.buy({ size: 1 });
    else if (this.data.bars % 10 === 6) this.close();
  }
}

const code: RunCode = {
  strategy: { name: "turns", strategy: Turns, parameters: Turns.parameters, bundleHash: "b" },
  engineHash: "e",
};
const plan: RunPlan = {
  strategy: "turns",
  params: {},
  feeds: [{ feed, spec: specOf(feed.instrument, START) }],
  broker: { cash: 10_000, fee: null, allowShort: false },
  choice: "best",
  warmFrom: 0,
  tradeFrom: 0,
  end: null,
};

async function portsOf() {
  const ranges = new MemoryRangeRegistry();
  const ticks = new MemoryTickStore();
  const rows = Array.from({ length: 100 }, (_, i) => {
    return { id: i + 1, ts: START + i * 1_000, price: 100 + (i % 7), amount: 1, side: "buy" as const };
  });
  await ticks.append(feed.instrument, tickColumns(rows, "trade", "sequence"), "import");
  const candles = new MemoryCandleStore(ranges);
  return { ticks, ranges, candles, results: new MemoryResultStore(), runs: new MemoryRunRegistry() };
}

/** Ports whose process ends at a call of the result store. */
function killedAt(ports: BacktestPorts, call: "remove" | "write"): BacktestPorts {
  const results: BacktestPorts["results"] = {
    read: (run) => ports.results.read(run),
    readHashes: (run) => ports.results.readHashes(run),
    writeHashes: (run, hashes) => ports.results.writeHashes(run, hashes),
    lastCycle: (run, until) => ports.results.lastCycle(run, until),
    remove: async (run) => {
      if (call === "remove") throw new Error("killed");
      await ports.results.remove(run);
    },
    write: async (run, feeds, events) => {
      await ports.results.write(run, feeds, { ...events, fills: events.fills.slice(0, 1) });
      throw new Error("killed");
    },
  };
  return { ...ports, results };
}

/** Steps live runs over a record of the instrument, of which there are none. */
async function stepNothing(ports: BacktestPorts & Pick<StepStrategiesPorts, "runs">): Promise<void> {
  const refuse = (): Promise<never> => Promise.reject(new Error("no strategy was to be loaded"));
  const artefacts = { load: refuse };
  const watchdog = { seconds: 1, watch: () => [] };
  const checkpoints = new MemoryCheckpointStore();
  const log = new MemoryEventLog([], () => 1);
  const record = { topic: "candles", partition: 0, offset: 0, appendTime: 1, key: "binance:BTC/USDT", value: null };
  await stepStrategies({ ...ports, artefacts, watchdog, checkpoints, log }, [record]);
}

test.each(["remove", "write"] as const)(
  "a backtest that is killed in %s is no result, and a repeat heals it",
  async (call) => {
    const ports = await portsOf();
    const whole = await backtest(ports, plan, code, 1);
    const { quality: _, ...record } = whole;
    const results = await ports.results.read(whole.run);
    expect(results.fills.length).toBeGreaterThan(10);
    await expect(backtest(killedAt(ports, call), plan, code, 2)).rejects.toThrow("killed");
    expect(await ports.runs.get(whole.run)).toEqual({ ...record, status: "running", resultHash: null, figures: null });
    await stepNothing(ports);
    expect(await backtest(ports, plan, code, 3)).toEqual(whole);
    expect(await ports.runs.get(whole.run)).toEqual(record);
    expect(await ports.results.read(whole.run)).toEqual(results);
  },
);
