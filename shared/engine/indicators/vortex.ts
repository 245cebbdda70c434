import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Delay } from "./delay.ts";
import { Distance, Divide } from "./line-arithmetic.ts";
import { SumN } from "./sum-n.ts";
import { TrueRange } from "./true-range.ts";

/**
 * Vortex indicator (Botes and Siepman 2010): |high − low before| and |low − high before|, each summed over `period` bars
 * and divided by the sum of the true ranges; NaN where that is 0. Lines: viPlus (itself), viMinus. Minimum period:
 * period + 1.
 */
export class Vortex extends Divide {
  readonly viMinus: Line;

  constructor(feed: FeedView, { period = 14 }: { readonly period?: number } = {}) {
    const range = new SumN(new TrueRange(feed), { period });
    const rise = new Distance(feed.high, new Delay(feed.low, { period: 1 }));
    super(new SumN(rise, { period }), range);
    const fall = new Distance(feed.low, new Delay(feed.high, { period: 1 }));
    this.viMinus = new Divide(new SumN(fall, { period }), range);
  }

  get viPlus(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { viPlus: this, viMinus: this.viMinus };
  }
}
