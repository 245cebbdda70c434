import type { Line } from "../feeds/line.ts";
import { ExponentialSmoothing } from "./exponential-smoothing.ts";

/**
 * Exponential moving average: y = y′·(1 − α) + x·α with α = 2 / (period + 1), seeded with the mean of the first `period`
 * values. On a value that is not finite it is NaN and goes on from before. Minimum period: `period`.
 */
export class EMA extends ExponentialSmoothing {
  constructor(source: Line, { period = 30 }: { readonly period?: number } = {}) {
    super(source, { period });
  }
}
