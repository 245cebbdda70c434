import type { FeedView } from "../feeds/feed-view.ts";
import { ATR } from "./atr.ts";
import { Divide, Subtract } from "./line-arithmetic.ts";
import { SMA } from "./sma.ts";

/**
 * Pretty good oscillator (Mark Johnson): the distance of the close from its simple moving average in average true
 * ranges; NaN where that is 0. Minimum period: period + 1.
 */
export class PrettyGoodOscillator extends Divide {
  constructor(feed: FeedView, { period = 14 }: { readonly period?: number } = {}) {
    super(new Subtract(feed.close, new SMA(feed.close, { period })), new ATR(feed, { period }));
  }
}
