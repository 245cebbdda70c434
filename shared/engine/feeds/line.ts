import type { Row, Series } from "./series.ts";

/** A series of numbers, one a bar of its feed: a price, a volume, or what an indicator makes of one. */
export class Line {
  readonly series: Series;
  readonly row: Row;
  /** Bars of the feed that must be taken before the line has a value. */
  readonly minPeriod: number;

  constructor(series: Series, row: Row, minPeriod: number) {
    this.series = series;
    this.row = row;
    this.minPeriod = minPeriod;
  }

  /** The value of the last bar taken: backtrader's `[0]`. NaN before the first bar and the minimum period. */
  get now(): number {
    return this.series.memory[this.row.base + this.series.cursor]!;
  }

  /**
   * The value `bars` bars ago: `ago(1)` is backtrader's `[-1]`. NaN before the first bar. Throws RangeError for a
   * negative or broken number, and further back than the look-back.
   */
  ago(bars: number): number {
    const series = this.series;
    if (!(bars >= 0 && bars <= series.lookback) || bars !== Math.floor(bars)) {
      throw new RangeError(
        `ago(${bars}) reads outside the look-back: give a whole number from 0 to ${series.lookback}, or set a greater ` +
          "'static lookback' in the strategy",
      );
    }
    if (bars >= series.taken) return Number.NaN;
    return series.memory[this.row.base + series.cursor - bars]!;
  }
}
