import type { FeedView } from "../feeds/feed-view.ts";
import { Composite } from "./composite.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { SMMA } from "./smma.ts";
import { TrueRange } from "./true-range.ts";

/** Average true range (Wilder 1978): the moving average (SMMA) of the true range. Minimum period: period + 1. */
export class ATR extends Composite {
  constructor(feed: FeedView, { period = 14, movav = SMMA }: SmoothedOptions = {}) {
    super(new movav(new TrueRange(feed), { period }));
  }
}
