import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";
import { Divide, Subtract } from "./line-arithmetic.ts";
import { SumN } from "./sum-n.ts";
import { TrueLow, TrueRange } from "./true-range.ts";

/** Windows of the ultimate oscillator, in bars. */
export interface UltimateOptions {
  readonly p1?: number;
  readonly p2?: number;
  readonly p3?: number;
}

/**
 * Ultimate oscillator (Williams 1976), 0 to 100: 100/7 · (4·a + 2·b + c), where a, b and c are the buying pressure
 * (close − true low) over the true range, both summed over p1, p2 and p3 bars; NaN without a range. Minimum period: the
 * greatest window + 1.
 */
export class UltimateOscillator extends Indicator {
  private readonly short: Line;
  private readonly middle: Line;
  private readonly long: Line;

  constructor(feed: FeedView, { p1 = 7, p2 = 14, p3 = 28 }: UltimateOptions = {}) {
    const pressure = new Subtract(feed.close, new TrueLow(feed));
    const range = new TrueRange(feed);
    const ratio = (period: number): Line => new Divide(new SumN(pressure, { period }), new SumN(range, { period }));
    const short = ratio(p1);
    const middle = ratio(p2);
    const long = ratio(p3);
    super([short, middle, long], 1);
    this.short = short;
    this.middle = middle;
    this.long = long;
  }

  override step(): number {
    return (100 / 7) * (4 * this.short.now + 2 * this.middle.now + this.long.now);
  }
}
