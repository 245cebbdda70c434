import type { CandleColumns } from "../../market/candle.ts";
import { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Series } from "../feeds/series.ts";

/** Bars of one millisecond whose prices, and volume, are `close`, for tests. */
export function barsOf(close: readonly number[], open: readonly number[] = close): CandleColumns {
  const times = Float64Array.from(close, (_, i) => i);
  const values = Float64Array.from(close);
  return {
    length: close.length,
    openTime: times,
    closeTime: times.map((time) => time + 1),
    open: Float64Array.from(open),
    high: values,
    low: values,
    close: values,
    volume: values,
    trades: values,
  };
}

/** A feed without bars, and the series behind it. */
export function emptyFeed(lookback = 5): { readonly data: FeedView; readonly series: Series } {
  const series = new Series(Number.NEGATIVE_INFINITY, lookback);
  const feed = { name: "data", instrument: { exchange: "binance", symbol: "BTC/USDT" }, timeframe: "1m" } as const;
  return { data: new FeedView(feed, 0, series), series };
}

/** The values of lines over the bars, one a bar and line, offered `block` bars at a time. */
export function linesOver(
  columns: CandleColumns,
  make: (data: FeedView) => readonly Line[],
  block = columns.length,
): number[][] {
  const { data, series } = emptyFeed();
  const lines = make(data);
  series.seal();
  const values = lines.map((): number[] => []);
  for (let from = 0; from < columns.length; from += block) {
    series.offer(columns, from, Math.min(from + block, columns.length), "data");
    series.load(Number.POSITIVE_INFINITY);
    while (series.next < Number.POSITIVE_INFINITY) {
      series.take();
      for (const [i, line] of lines.entries()) values[i]!.push(line.now);
      series.load(Number.POSITIVE_INFINITY);
    }
  }
  return values;
}

/** The values of one line over the bars. */
export function valuesOf(columns: CandleColumns, make: (data: FeedView) => Line, block = columns.length): number[] {
  return linesOver(columns, (data) => [make(data)], block)[0]!;
}
