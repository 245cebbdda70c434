import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/**
 * Relative strength index (Wilder), 0 to 100: 100 − 100 / (1 + U / D), where U and D are the smoothed averages (SMMA)
 * of the gains and losses. Without losses it is 100, without any change 50.
 */
export class RSI extends Indicator {
  readonly source: Line;
  readonly period: number;
  private seen = 0;
  private gain = 0;
  private loss = 0;

  constructor(source: Line, { period }: { readonly period: number }) {
    super([source], period + 1);
    this.source = source;
    this.period = period;
  }

  override step(): number {
    const period = this.period;
    this.seen++;
    if (this.seen === 1) return Number.NaN;
    const change = this.source.now - this.source.ago(1);
    const gain = Math.max(change, 0);
    const loss = Math.max(-change, 0);
    const count = this.seen - 1;
    if (count <= period) {
      this.gain += gain;
      this.loss += loss;
      if (count < period) return Number.NaN;
      this.gain /= period;
      this.loss /= period;
    } else {
      this.gain = (this.gain * (period - 1) + gain) / period;
      this.loss = (this.loss * (period - 1) + loss) / period;
    }
    if (this.loss === 0) return this.gain === 0 ? 50 : 100;
    return 100 - 100 / (1 + this.gain / this.loss);
  }
}
