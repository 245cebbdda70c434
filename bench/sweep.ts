import { FigureMemory, figuresOnColumns } from "#shared/app/run-on-columns.ts";
import type { RunPlan } from "#shared/app/run-plan.ts";
import { planWith } from "#shared/app/sweep.ts";
import { shareColumns } from "#shared/app/sweep-job.ts";
import { computeTearSheet } from "#shared/engine/compute-tear-sheet.ts";
import { Run } from "#shared/engine/run.ts";
import type { ToldCandles } from "#shared/market/candle.ts";
import { benchmarkBars, definition } from "./engine.ts";
import type { Figure } from "./figure.ts";

const ROUNDS = 3;

/** Crosses of many lengths, as a sweep has them: from 0.9 to 3.2 % of the bars with a fill. */
const SETS = Array.from({ length: 16 }, (_, i) => ({ fast: 5 + i, slow: 40 + i * 5 }));

function planOf(): RunPlan {
  const { feeds, broker, tradeFrom } = definition;
  return {
    strategy: "sma-cross",
    params: {},
    feeds: feeds.map(({ feed, spec }) => ({ feed, spec })),
    broker,
    choice: "best",
    warmFrom: tradeFrom,
    tradeFrom,
    end: null,
  };
}

/** One set as the sweep's threads run it. */
function swept(bars: ToldCandles, plan: RunPlan, memory: FigureMemory): string {
  const { resultHash, figures } = figuresOnColumns(plan, { strategy: definition }, [bars], memory, () => {});
  if (figures === null || resultHash === null) throw new Error("a set of the sweep failed");
  return resultHash;
}

/** Throws unless sets on shared columns, in kept memory, end as runs of their own do, in result and figures. */
function check(bars: ToldCandles, shared: ToldCandles): void {
  const memory = new FigureMemory();
  for (const set of SETS.slice(0, 4)) {
    const plan = planWith(planOf(), set);
    const run = new Run({ ...definition, params: set });
    run.offer(0, bars, 0, bars.length);
    run.end(0);
    run.advance();
    const single = computeTearSheet({
      ...run.drain(),
      candles: bars,
      cash: plan.broker.cash,
      fee: plan.feeds[0]!.spec.takerFee,
    });
    const { resultHash, figures } = figuresOnColumns(plan, { strategy: definition }, [shared], memory, () => {});
    if (resultHash !== run.resultHash())
      throw new Error(`the sweep's result of ${JSON.stringify(set)} is not the run's`);
    if (JSON.stringify(figures) !== JSON.stringify(single)) {
      throw new Error(`the sweep's figures of ${JSON.stringify(set)} are not the run's`);
    }
    if (single.trades < 1_000)
      throw new Error(`${JSON.stringify(set)} has ${single.trades} trades: too few to measure`);
  }
}

/** Bars of a set a second of one core: strategy, broker, account of each bar, result hash and all figures. */
export async function run(): Promise<Figure[]> {
  const bars = benchmarkBars();
  const shared = shareColumns(bars);
  check(bars, shared);
  const memory = new FigureMemory();
  const plans = SETS.map((set) => planWith(planOf(), set));
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    // CPU time of all threads, the collector's too: what a core gives to a sweep that keeps every core busy.
    const before = process.cpuUsage();
    for (const plan of plans) swept(shared, plan, memory);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return [{ name: "sweep", value: (bars.length * plans.length) / least, unit: "M bars/CPU s" }];
}
