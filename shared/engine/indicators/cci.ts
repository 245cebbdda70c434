import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";
import { MeanDeviation } from "./mean-deviation.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { SMA } from "./sma.ts";
import { TypicalPrice } from "./typical-price.ts";

/** Settings of the commodity channel index. */
export interface CommodityChannelOptions extends SmoothedOptions {
  /** Scales the deviation. */
  readonly factor?: number;
}

/**
 * Commodity channel index (Lambert 1980): (p − mean) / (factor · mean deviation) of the typical price p; NaN where it
 * does not deviate. The deviation averages each bar's distance from its own mean. Minimum period: 2·period − 1.
 */
export class CCI extends Indicator {
  private readonly price: Line;
  private readonly mean: Line;
  private readonly deviation: Line;
  private readonly factor: number;

  constructor(feed: FeedView, { period = 20, factor = 0.015, movav = SMA }: CommodityChannelOptions = {}) {
    const price = new TypicalPrice(feed);
    const deviation = new MeanDeviation(price, { period, movav });
    super([price, deviation.mean, deviation], 1);
    this.price = price;
    this.mean = deviation.mean;
    this.deviation = deviation;
    this.factor = factor;
  }

  override step(): number {
    const deviation = this.factor * this.deviation.now;
    return deviation === 0 ? Number.NaN : (this.price.now - this.mean.now) / deviation;
  }
}
