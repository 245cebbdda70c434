import type { Line } from "../feeds/line.ts";
import { BlockIndicator } from "./block-indicator.ts";

/**
 * The sum of the last `period` values, divided by `divisor`. The running sum is compensated (two-sum, Knuth), so that it
 * does not drift; a value that is not finite makes the windows that hold it NaN and leaves with them.
 */
export abstract class WindowedSum extends BlockIndicator {
  readonly source: Line;
  readonly period: number;
  private readonly divisor: number;
  private sum = 0;
  private carry = 0;
  private seen = 0;
  private bad = 0;

  constructor(source: Line, period: number, divisor: number) {
    super([source], period);
    this.source = source;
    this.period = period;
    this.divisor = divisor;
  }

  protected override advance(from: number, to: number): void {
    const { memory } = this.series;
    const input = this.source.row.base;
    const output = this.row.base;
    const { period, divisor } = this;
    let { sum, carry, seen, bad } = this;
    for (let slot = from; slot < to; slot++) {
      let entering = memory[input + slot]!;
      let leaving = 0;
      if (seen === period) leaving = memory[input + slot - period]!;
      else seen++;
      if (entering - entering !== 0) {
        bad++;
        entering = 0;
      }
      if (leaving - leaving !== 0) {
        bad--;
        leaving = 0;
      }
      const change = entering - leaving;
      const entered = change + leaving;
      const changeError = entering - entered + (entered - change - leaving);
      const next = sum + change;
      const added = next - sum;
      carry += sum - (next - added) + (change - added) + changeError;
      sum = next;
      memory[output + slot] = bad === 0 ? (sum + carry) / divisor : Number.NaN;
    }
    this.sum = sum;
    this.carry = carry;
    this.seen = seen;
    this.bad = bad;
  }
}
