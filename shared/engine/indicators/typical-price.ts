import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/** (high + low) / 2. Minimum period: 1. */
export class MedianPrice extends Indicator {
  private readonly high: Line;
  private readonly low: Line;

  constructor(feed: FeedView) {
    super([feed.high, feed.low], 1);
    this.high = feed.high;
    this.low = feed.low;
  }

  override step(): number {
    return (this.high.now + this.low.now) / 2;
  }
}

/** (high + low + close) / 3. Minimum period: 1. */
export class TypicalPrice extends Indicator {
  private readonly high: Line;
  private readonly low: Line;
  private readonly close: Line;

  constructor(feed: FeedView) {
    super([feed.high, feed.low, feed.close], 1);
    this.high = feed.high;
    this.low = feed.low;
    this.close = feed.close;
  }

  override step(): number {
    return (this.high.now + this.low.now + this.close.now) / 3;
  }
}
