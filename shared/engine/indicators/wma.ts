import type { Line } from "../feeds/line.ts";
import { BlockIndicator } from "./block-indicator.ts";

/** Splits a double into two halves whose products with a period are exact (Veltkamp). */
const SPLITTER = 134217729;
/** Beyond it splitting would overflow: such a value counts as not finite. */
const GREATEST = 1e290;

/**
 * Weighted moving average: the last `period` values weighted 1 (oldest) to `period` (present), over the sum of the
 * weights; NaN while a value that is not finite is among them. Minimum period: `period`.
 *
 * The weighted sum moves on by period · x − (sum of the window before); both sums are compensated and the product is
 * exact, so that neither drifts.
 */
export class WMA extends BlockIndicator {
  readonly source: Line;
  readonly period: number;
  private seen = 0;
  private bad = 0;
  private sum = 0;
  private sumCarry = 0;
  private weighted = 0;
  private weightedCarry = 0;

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
    const weights = (period * (period + 1)) / 2;
    for (let slot = from; slot < to; slot++) {
      let x = memory[input + slot]!;
      if (!(x < GREATEST && x > -GREATEST)) {
        this.bad++;
        x = 0;
      }
      if (this.seen === period) {
        let leaving = memory[input + slot - period]!;
        if (!(leaving < GREATEST && leaving > -GREATEST)) {
          this.bad--;
          leaving = 0;
        }
        this.addWeighted(-this.sum);
        this.weightedCarry -= this.sumCarry;
        this.add(-leaving);
      } else this.seen++;
      this.add(x);
      const scaled = x * SPLITTER;
      const high = scaled - (scaled - x);
      this.addWeighted(this.seen * high);
      this.addWeighted(this.seen * (x - high));
      memory[output + slot] = this.bad === 0 ? (this.weighted + this.weightedCarry) / weights : Number.NaN;
    }
  }

  private add(x: number): void {
    const next = this.sum + x;
    const added = next - this.sum;
    this.sumCarry += this.sum - (next - added) + (x - added);
    this.sum = next;
  }

  private addWeighted(x: number): void {
    const next = this.weighted + x;
    const added = next - this.weighted;
    this.weightedCarry += this.weighted - (next - added) + (x - added);
    this.weighted = next;
  }
}
