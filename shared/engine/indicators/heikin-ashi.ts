import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";
import { Max, Min, Subtract } from "./line-arithmetic.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { SMA } from "./sma.ts";

/** (open + high + low + close) / 4. */
class AveragePrice extends Indicator {
  private readonly open: Line;
  private readonly high: Line;
  private readonly low: Line;
  private readonly close: Line;

  constructor(feed: FeedView) {
    super([feed.open, feed.high, feed.low, feed.close], 1);
    this.open = feed.open;
    this.high = feed.high;
    this.low = feed.low;
    this.close = feed.close;
  }

  override step(): number {
    return (this.open.now + this.high.now + this.low.now + this.close.now) / 4;
  }
}

/**
 * Heikin-Ashi candles: haClose is the mean of open, high, low and close; haOpen (itself) the mean of the haOpen and
 * haClose before, on the first bar of open and close; haHigh and haLow take in both. Minimum period: 2.
 */
export class HeikinAshi extends Indicator {
  readonly haHigh: Line;
  readonly haLow: Line;
  readonly haClose: Line;
  private readonly open: Line;
  private readonly close: Line;
  private value = Number.NaN;

  constructor(feed: FeedView) {
    const haClose = new AveragePrice(feed);
    super([feed.open, feed.close, haClose], 2);
    this.open = feed.open;
    this.close = feed.close;
    this.haClose = haClose;
    this.haHigh = new Max(feed.high, new Max(this, haClose));
    this.haLow = new Min(feed.low, new Min(this, haClose));
  }

  override step(): number {
    const value = Number.isNaN(this.value)
      ? (this.open.now + this.close.now) / 2
      : (this.value + this.haClose.ago(1)) / 2;
    this.value = value;
    return value;
  }

  get haOpen(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { haOpen: this, haHigh: this.haHigh, haLow: this.haLow, haClose: this.haClose };
  }
}

/**
 * Heikin-Ashi delta (Vervoort): haClose − haOpen, and its moving average (SMA) over `period`. Lines: haDelta (itself),
 * smoothed. Minimum period of haDelta: 2; of smoothed: period + 1.
 */
export class haDelta extends Subtract {
  readonly smoothed: Line;

  constructor(feed: FeedView, { period = 3, movav = SMA }: SmoothedOptions = {}) {
    const candles = new HeikinAshi(feed);
    super(candles.haClose, candles);
    this.smoothed = new movav(this, { period });
  }

  get haDelta(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { haDelta: this, smoothed: this.smoothed };
  }
}
