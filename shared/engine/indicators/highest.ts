import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/** The greatest of the last `period` values; NaN while a NaN is among them. */
export class Highest extends Indicator {
  readonly source: Line;
  readonly period: number;

  constructor(source: Line, { period }: { readonly period: number }) {
    super([source], period);
    this.source = source;
    this.period = period;
  }

  override step(): number {
    let extreme = this.source.now;
    for (let bars = 1; bars < this.period; bars++) {
      const value = this.source.ago(bars);
      if (value > extreme || Number.isNaN(value)) extreme = value;
    }
    return extreme;
  }
}
