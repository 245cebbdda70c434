import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/** The value `period` bars ago: backtrader's `line(-period)`. Minimum period: that of the source + `period`. */
export class Delay extends Indicator {
  readonly source: Line;
  readonly period: number;

  constructor(source: Line, { period }: { readonly period: number }) {
    super([source], period + 1);
    this.source = source;
    this.period = period;
  }

  override step(): number {
    return this.source.ago(this.period);
  }
}
