import { InputError } from "../market/input-error.ts";
import { feedKey } from "../market/instrument.ts";
import { type ReadCandlesPorts, readCandles } from "./read-candles.ts";
import type { RunPlan } from "./run-plan.ts";

/**
 * Throws InputError 'bad-data' that names the first candle among those that a plan takes which is not proven complete,
 * and how many are not; where they are the first ones alone, as of data that nothing comes before, also the time from
 * which on all are.
 */
export async function requireProven(ports: ReadCandlesPorts, plan: RunPlan): Promise<void> {
  for (const { feed, resampleOf } of plan.feeds) {
    // Its candles are as good as those that they are made from.
    if (resampleOf !== undefined) continue;
    let first: { readonly openTime: number; readonly completeness: string } | null = null;
    let firstProven: number | null = null;
    let count = 0;
    let all = 0;
    let before = 0;
    const to = plan.end ?? Number.MAX_SAFE_INTEGER;
    for await (const block of readCandles(ports, { ...feed, choice: plan.choice, from: plan.warmFrom, to })) {
      for (const { openTime, completeness } of block) {
        all++;
        if (completeness === "proven") {
          firstProven ??= openTime;
          continue;
        }
        if (firstProven === null) before++;
        first ??= { openTime, completeness };
        count++;
      }
    }
    if (first === null) continue;
    const advice =
      firstProven !== null && before === count
        ? `start after it, with --from ${new Date(firstProven).toISOString()}: nothing is held before it that could prove it,`
        : "import what is missing (npx millrace gaps tells it), move --from and --to,";
    throw new InputError(
      "bad-data",
      `${feedKey(feed)} is not proven: the candle of ${new Date(first.openTime).toISOString()} is ` +
        `${first.completeness === "gap" ? "a gap" : `of completeness '${first.completeness}'`}, as ${count === 1 ? "it alone" : `are ${count}`} of ${all}; ${advice} or leave --require away`,
    );
  }
}
