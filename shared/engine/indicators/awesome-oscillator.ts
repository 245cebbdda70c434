import type { FeedView } from "../feeds/feed-view.ts";
import { Subtract } from "./line-arithmetic.ts";
import type { MovingAverage, SmoothedOptions } from "./moving-average.ts";
import { SMA } from "./sma.ts";
import { MedianPrice } from "./typical-price.ts";

/** Settings of the awesome oscillator. */
export interface AwesomeOptions {
  readonly fast?: number;
  readonly slow?: number;
  readonly movav?: MovingAverage;
}

/**
 * Awesome oscillator (Bill Williams): the fast minus the slow moving average (SMA) of the median price. Minimum period:
 * slow.
 */
export class AwesomeOscillator extends Subtract {
  constructor(feed: FeedView, { fast = 5, slow = 34, movav = SMA }: AwesomeOptions = {}) {
    const median = new MedianPrice(feed);
    super(new movav(median, { period: fast }), new movav(median, { period: slow }));
  }
}

/**
 * Acceleration / deceleration oscillator (Bill Williams): the awesome oscillator minus its moving average (SMA) over
 * `period`. Minimum period: period + 33.
 */
export class AccDeOsc extends Subtract {
  constructor(feed: FeedView, { period = 5, movav = SMA }: SmoothedOptions = {}) {
    const awesome = new AwesomeOscillator(feed);
    super(awesome, new movav(awesome, { period }));
  }
}
