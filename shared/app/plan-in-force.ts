import type { Feed } from "../market/instrument.ts";
import { specOf } from "../market/instrument-specs.ts";
import { type ReadCandlesPorts, readCandles } from "./read-candles.ts";
import type { PlannedFeed, RunPlan } from "./run-plan.ts";

/**
 * The plan under the trading rules that the exchange of each feed had when the first candle opened that the plan takes of
 * it: neither the fees nor the identity of a run depend on the day on which it is made. A feed without candles, which
 * cannot run, stays as it is.
 */
export async function planInForce(ports: ReadCandlesPorts, plan: RunPlan): Promise<RunPlan> {
  const feeds: PlannedFeed[] = [];
  for (const planned of plan.feeds) {
    const source = plan.feeds.find(({ feed }) => feed.name === planned.resampleOf) ?? planned;
    const opened = await firstOpenTime(ports, plan, source.feed);
    feeds.push(opened === null ? planned : { ...planned, spec: specOf(planned.feed.instrument, opened) });
  }
  return { ...plan, feeds };
}

/** Of the candles that a plan takes of a feed, ms UTC; null where there are none. */
async function firstOpenTime(ports: ReadCandlesPorts, plan: RunPlan, feed: Feed): Promise<number | null> {
  const to = plan.end ?? Number.MAX_SAFE_INTEGER;
  const query = { ...feed, choice: plan.choice, from: plan.warmFrom, to };
  for await (const block of readCandles(ports, query)) {
    const first = block.find(({ completeness }) => completeness !== "gap");
    if (first !== undefined) return first.openTime;
  }
  return null;
}
