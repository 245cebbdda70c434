import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/** Exponential moving average: y = y′·(1 − α) + x·α with α = 2 / (period + 1), seeded with the mean of the first `period`. */
export class EMA extends Indicator {
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
    } else {
      const alpha = 2 / (this.period + 1);
      this.value = this.value * (1 - alpha) + x * alpha;
    }
    return this.value;
  }
}
