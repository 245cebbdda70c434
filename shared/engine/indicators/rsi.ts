import type { Line } from "../feeds/line.ts";
import { BlockIndicator } from "./block-indicator.ts";

/**
 * Relative strength index (Wilder 1978), 0 to 100: 100 − 100 / (1 + U / D), where U and D are the smoothed averages
 * (SMMA) of the gains and losses. Without losses it is 100, without any change 50. On a change that is not finite it is
 * NaN and goes on from before. Minimum period: period + 1. Other averages: RelativeStrength.
 */
export class RSI extends BlockIndicator {
  readonly source: Line;
  readonly period: number;
  private seen = 0;
  /** The sums of gains and losses until `period` changes are seen. */
  private gain = 0;
  private loss = 0;

  constructor(source: Line, { period = 14 }: { readonly period?: number } = {}) {
    super([source], period + 1);
    this.source = source;
    this.period = period;
  }

  protected override advance(from: number, to: number): void {
    const { memory } = this.series;
    const input = this.source.row.base;
    const output = this.row.base;
    const period = this.period;
    let { seen, gain, loss } = this;
    for (let slot = from; slot < to; slot++) {
      // Before its first value a line is NaN.
      const change = memory[input + slot]! - memory[input + slot - 1]!;
      if (change - change !== 0) {
        memory[output + slot] = Number.NaN;
        continue;
      }
      const up = change > 0 ? change : 0;
      const down = change < 0 ? -change : 0;
      if (seen === period) {
        gain = (gain * (period - 1) + up) / period;
        loss = (loss * (period - 1) + down) / period;
      } else {
        seen++;
        gain += up;
        loss += down;
        if (seen === period) {
          gain /= period;
          loss /= period;
        }
      }
      memory[output + slot] = seen === period ? relativeStrengthIndex(gain, loss) : Number.NaN;
    }
    this.seen = seen;
    this.gain = gain;
    this.loss = loss;
  }
}

/** RSI of an average gain and loss: x/0 gives 100, 0/0 gives 50. */
export function relativeStrengthIndex(gain: number, loss: number): number {
  if (loss === 0) return gain === 0 ? 50 : 100;
  return 100 - 100 / (1 + gain / loss);
}

/** RSI is safe already: nothing divides by zero. */
export { RSI as RSI_Safe };
