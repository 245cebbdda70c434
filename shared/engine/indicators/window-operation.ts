import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/** A value made anew on each bar from the last `period` values (backtrader's OperationN). Minimum period: `period`. */
export abstract class WindowOperation extends Indicator {
  readonly source: Line;
  readonly period: number;

  constructor(source: Line, { period }: { readonly period: number }) {
    super([source], period);
    this.source = source;
    this.period = period;
  }

  override step(): number {
    const series = this.series;
    if (series.taken < this.minPeriod) return Number.NaN;
    const end = this.source.row.base + series.cursor + 1;
    return this.operate(series.memory, end - this.period, end);
  }

  /** The value of the window values[from … to), the oldest first. Changes nothing. */
  protected abstract operate(values: Float64Array, from: number, to: number): number;
}
