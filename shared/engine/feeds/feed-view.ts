import type { Feed } from "#shared/market/instrument.ts";
import { Line } from "./line.ts";
import type { Series } from "./series.ts";

/** One feed as a strategy sees it. Prices in quote currency, volume in base units. */
export class FeedView {
  readonly feed: Feed;
  /** Position in the declaration, from 0. */
  readonly index: number;
  readonly open: Line;
  readonly high: Line;
  readonly low: Line;
  readonly close: Line;
  readonly volume: Line;
  /** Number of trades; 0 for an empty window, NaN where unknown. */
  readonly trades: Line;
  /** The label of the bar, ms UTC, inclusive. */
  readonly openTime: Line;
  private readonly series: Series;

  constructor(feed: Feed, index: number, series: Series) {
    this.feed = feed;
    this.index = index;
    this.series = series;
    this.open = new Line(series, series.openRow, 1);
    this.high = new Line(series, series.highRow, 1);
    this.low = new Line(series, series.lowRow, 1);
    this.close = new Line(series, series.closeRow, 1);
    this.volume = new Line(series, series.volumeRow, 1);
    this.trades = new Line(series, series.tradesRow, 1);
    this.openTime = new Line(series, series.openTimeRow, 1);
  }

  get name(): string {
    return this.feed.name;
  }

  /** In the open hooks, the open of the bar that begins; NaN for a feed without one, and in all other hooks. */
  get opening(): number {
    return this.series.opening;
  }

  /** Bars taken so far. */
  get bars(): number {
    return this.series.taken;
  }
}
