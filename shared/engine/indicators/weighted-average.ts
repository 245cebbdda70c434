import { InputError } from "#shared/market/input-error.ts";
import type { Line } from "../feeds/line.ts";
import { WindowOperation } from "./window-operation.ts";

/** How a window is weighted. */
export interface WeightedAverageOptions {
  readonly period: number;
  /** One a bar, the oldest first. */
  readonly weights: readonly number[];
  /** What the weighted sum is multiplied with. */
  readonly coef?: number;
}

/**
 * coef · (w₀·x₋ₙ₊₁ + … + wₙ₋₁·x) over the last `period` values. Minimum period: `period`. Throws InputError unless there
 * are `period` weights.
 */
export class WeightedAverage extends WindowOperation {
  private readonly coef: number;
  private readonly weights: Float64Array;

  constructor(source: Line, { period, weights, coef = 1 }: WeightedAverageOptions) {
    super(source, { period });
    if (weights.length !== period) {
      throw new InputError(
        "usage",
        `a weighted average of period ${period} has ${weights.length} weights: give ${period}`,
      );
    }
    this.coef = coef;
    this.weights = Float64Array.from(weights);
  }

  protected override operate(values: Float64Array, from: number): number {
    const weights = this.weights;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[from + i]!;
    return this.coef * sum;
  }
}
