import { planOf } from "#local/embedded/test-chain.ts";
import type { RunPlan } from "#shared/app/run-plan.ts";
import { feedKey, instrumentKey } from "#shared/market/instrument.ts";
import { ENDING, FIRST, LOSING, MARKET_FROM } from "./market.ts";

const MINUTE = 60_000;
const first = feedKey({ name: "data", instrument: FIRST, timeframe: "1m" });

/** Runs on one feed, on two feeds of one instrument, on instruments in two partitions, and on one that ends. */
export function plansOfRuns(): readonly RunPlan[] {
  const warmFrom = MARKET_FROM - MINUTE;
  return [
    planOf("sma-cross", [first], warmFrom),
    planOf("trend-filter", [first, `slow=${instrumentKey(FIRST)}@5m`], warmFrom, warmFrom + 8 * MINUTE),
    planOf("trend-filter", [`${instrumentKey(LOSING)}@1m`, `slow=${instrumentKey(FIRST)}@3m`], warmFrom),
    planOf("sma-cross", [`${instrumentKey(ENDING)}@1m`], warmFrom),
  ];
}
