import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Highest } from "./highest.ts";
import { Indicator } from "./indicator.ts";
import { Lowest } from "./lowest.ts";

/**
 * Williams %R (Williams), −100 to 0: −100 · (highest high − close) / (highest high − lowest low) over `period` bars; NaN
 * where the range is 0. Minimum period: period.
 */
export class WilliamsR extends Indicator {
  private readonly close: Line;
  private readonly top: Line;
  private readonly bottom: Line;

  constructor(feed: FeedView, { period = 14 }: { readonly period?: number } = {}) {
    const top = new Highest(feed.high, { period });
    const bottom = new Lowest(feed.low, { period });
    super([feed.close, top, bottom], 1);
    this.close = feed.close;
    this.top = top;
    this.bottom = bottom;
  }

  override step(): number {
    const top = this.top.now;
    const range = top - this.bottom.now;
    return range === 0 ? Number.NaN : (-100 * (top - this.close.now)) / range;
  }
}
