import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/** Smoothed (Wilder's) moving average: y = (y′·(period − 1) + x) / period, seeded with the mean of the first `period`. */
export class SMMA extends Indicator {
  readonly source: Line;
  readonly period: number;
  private seen = 0;
  private seed = 0;
  private value = Number.NaN;

  constructor(source: Line, { period }: { readonly period: number }) {
    super([source], period);
    this.source = source;
    this.period = period;
  }

  override step(): number {
    const x = this.source.now;
    if (this.seen < this.period) {
      this.seen++;
      this.seed += x;
      this.value = this.seed / this.period;
    } else this.value = (this.value * (this.period - 1) + x) / this.period;
    return this.value;
  }
}
