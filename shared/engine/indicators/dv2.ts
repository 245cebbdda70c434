import type { FeedView } from "../feeds/feed-view.ts";
import { Divide, Multiply } from "./line-arithmetic.ts";
import type { MovingAverage } from "./moving-average.ts";
import { PercentRank } from "./percent-rank.ts";
import { SMA } from "./sma.ts";
import { MedianPrice } from "./typical-price.ts";

/** Settings of DV2. */
export interface Dv2Options {
  /** Window of the rank. */
  readonly period?: number;
  /** Period of the average. */
  readonly maperiod?: number;
  readonly movav?: MovingAverage;
}

/**
 * DV2 (David Varadi), 0 to 100: the percent rank over `period` of the moving average (SMA) over `maperiod` of
 * close / median price. Minimum period: period + maperiod − 1.
 */
export class DV2 extends Multiply {
  constructor(feed: FeedView, { period = 252, maperiod = 2, movav = SMA }: Dv2Options = {}) {
    const ratio = new Divide(feed.close, new MedianPrice(feed));
    super(new PercentRank(new movav(ratio, { period: maperiod }), { period }), 100);
  }
}
