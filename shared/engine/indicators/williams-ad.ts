import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Accum } from "./accum.ts";
import { Indicator } from "./indicator.ts";

/** close − true low on a bar that closes higher, close − true high on one that closes lower, else 0. */
class Accumulation extends Indicator {
  private readonly high: Line;
  private readonly low: Line;
  private readonly close: Line;

  constructor(feed: FeedView) {
    super([feed.high, feed.low, feed.close], 2);
    this.high = feed.high;
    this.low = feed.low;
    this.close = feed.close;
  }

  override step(): number {
    const close = this.close.now;
    const before = this.close.ago(1);
    if (close > before) return close - Math.min(this.low.now, before);
    if (close < before) return close - Math.max(this.high.now, before);
    return 0;
  }
}

/**
 * Williams accumulation / distribution (Williams): the sum so far of close − true low on bars that close higher and of
 * close − true high on those that close lower. Minimum period: 2.
 */
export class WilliamsAD extends Accum {
  constructor(feed: FeedView) {
    super(new Accumulation(feed));
  }
}
