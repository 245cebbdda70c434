import { Run } from "../engine/run.ts";
import { feedKey } from "../market/instrument.ts";
import type { BacktestRecord } from "./backtest.ts";
import { definitionOf, type RunCode, type RunPlan } from "./run-plan.ts";

/**
 * Why a backtest that ended well never called its strategy's `next`, in words: no bar to trade on, or fewer bars than
 * the indicators wait for. Null where it did.
 */
export function whyIdle(plan: RunPlan, code: RunCode, record: BacktestRecord): string | null {
  if (record.status === "failed") return null;
  if (record.figures === null) {
    const from = new Date(plan.tradeFrom).toISOString();
    return `no bar to trade on: trading starts at ${from}, and no candle of its span closes after that`;
  }
  const unknown = plan.feeds.map(() => null);
  const { minPeriods } = new Run(definitionOf(plan, code, unknown));
  for (const [i, { feed, resampleOf }] of plan.feeds.entries()) {
    if (resampleOf !== undefined) continue;
    const { proven, reconciled, unknown: others } = record.quality[i]!;
    const bars = proven + reconciled + others;
    const needed = minPeriods[i]!;
    if (bars < needed) {
      return `the strategy never got to decide: its indicators need ${needed} bars of ${feedKey(feed)}, and there are ${bars}`;
    }
  }
  return null;
}
