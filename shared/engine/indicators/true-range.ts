import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { BlockIndicator } from "./block-indicator.ts";
import { Indicator } from "./indicator.ts";

/** The greater of the high and the close before (Wilder 1978). Minimum period: 2. */
export class TrueHigh extends Indicator {
  readonly high: Line;
  readonly close: Line;

  constructor(feed: FeedView) {
    super([feed.high, feed.close], 2);
    this.high = feed.high;
    this.close = feed.close;
  }

  override step(): number {
    return Math.max(this.high.now, this.close.ago(1));
  }
}

/** The lesser of the low and the close before (Wilder 1978). Minimum period: 2. */
export class TrueLow extends Indicator {
  readonly low: Line;
  readonly close: Line;

  constructor(feed: FeedView) {
    super([feed.low, feed.close], 2);
    this.low = feed.low;
    this.close = feed.close;
  }

  override step(): number {
    return Math.min(this.low.now, this.close.ago(1));
  }
}

/** True high − true low: the range of the bar and its gap to the close before (Wilder 1978). Minimum period: 2. */
export class TrueRange extends BlockIndicator {
  readonly high: Line;
  readonly low: Line;
  readonly close: Line;

  constructor(feed: FeedView) {
    super([feed.high, feed.low, feed.close], 2);
    this.high = feed.high;
    this.low = feed.low;
    this.close = feed.close;
  }

  protected override advance(from: number, to: number): void {
    const { memory } = this.series;
    const high = this.high.row.base;
    const low = this.low.row.base;
    const before = this.close.row.base - 1;
    const output = this.row.base;
    for (let slot = from; slot < to; slot++) {
      const close = memory[before + slot]!;
      memory[output + slot] = Math.max(memory[high + slot]!, close) - Math.min(memory[low + slot]!, close);
    }
  }
}
