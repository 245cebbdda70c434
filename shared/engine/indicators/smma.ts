import type { Line } from "../feeds/line.ts";
import { BlockIndicator } from "./block-indicator.ts";

/**
 * Smoothed (Wilder's) moving average: y = (y′·(period − 1) + x) / period, seeded with the mean of the first `period`
 * values. On a value that is not finite it is NaN and goes on from before. Minimum period: `period`.
 */
export class SMMA extends BlockIndicator {
  readonly source: Line;
  readonly period: number;
  private seen = 0;
  /** The sum of the values until `period` of them are seen. */
  private value = 0;
  /** What that sum lost to rounding (two-sum, Knuth). */
  private carry = 0;

  constructor(source: Line, { period = 30 }: { readonly period?: number } = {}) {
    super([source], period);
    this.source = source;
    this.period = period;
  }

  protected override advance(from: number, to: number): void {
    const { memory } = this.series;
    const input = this.source.row.base;
    const output = this.row.base;
    const period = this.period;
    let { seen, value } = this;
    for (let slot = from; slot < to; slot++) {
      const x = memory[input + slot]!;
      if (x - x !== 0) memory[output + slot] = Number.NaN;
      else if (seen === period) {
        value = (value * (period - 1) + x) / period;
        memory[output + slot] = value;
      } else {
        seen++;
        const next = value + x;
        const added = next - value;
        this.carry += value - (next - added) + (x - added);
        value = seen === period ? (next + this.carry) / period : next;
        memory[output + slot] = seen === period ? value : Number.NaN;
      }
    }
    this.seen = seen;
    this.value = value;
  }
}
