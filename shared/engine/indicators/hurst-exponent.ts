import { InputError } from "#shared/market/input-error.ts";
import { logarithm } from "#shared/market/logarithm.ts";
import type { Line } from "../feeds/line.ts";
import { WindowOperation } from "./window-operation.ts";

/** The least lag that is measured. */
const FIRST_LAG = 2;

/**
 * Hurst exponent of the last `period` values: below 0.5 they revert, above they trend. Twice the slope of
 * log √s over log lag (least squares), where s is the standard deviation of the differences over lag, for the lags from
 * 2 to ⌊period / 2⌋ − 1. NaN where a deviation is 0. Minimum period: period. Throws InputError for a period
 * below 8, which has less than two lags.
 */
export class HurstExponent extends WindowOperation {
  private readonly logarithms: Float64Array;

  constructor(source: Line, { period = 40 }: { readonly period?: number } = {}) {
    super(source, { period });
    const lags = Math.floor(period / 2) - FIRST_LAG;
    if (lags < 2) throw new InputError("usage", `the period of a Hurst exponent is ${period}: give 8 or more`);
    this.logarithms = Float64Array.from({ length: lags }, (_, i) => logarithm(FIRST_LAG + i));
  }

  protected override operate(values: Float64Array, from: number, to: number): number {
    const x = this.logarithms;
    let sumX = 0;
    let sumY = 0;
    let sumXX = 0;
    let sumXY = 0;
    for (let i = 0; i < x.length; i++) {
      // log √(√variance) is a quarter of log variance.
      const y = logarithm(varianceOfDifferences(values, from, to, FIRST_LAG + i)) / 4;
      const lag = x[i]!;
      sumX += lag;
      sumY += y;
      sumXX += lag * lag;
      sumXY += lag * y;
    }
    const slope = (x.length * sumXY - sumX * sumY) / (x.length * sumXX - sumX * sumX);
    return Number.isFinite(slope) ? 2 * slope : Number.NaN;
  }
}

/** Of the population values[i] − values[i − lag], with both in [from, to). */
function varianceOfDifferences(values: Float64Array, from: number, to: number, lag: number): number {
  const count = to - from - lag;
  let sum = 0;
  for (let i = from + lag; i < to; i++) sum += values[i]! - values[i - lag]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = from + lag; i < to; i++) {
    const deviation = values[i]! - values[i - lag]! - mean;
    squares += deviation * deviation;
  }
  return squares / count;
}
