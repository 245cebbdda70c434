import type { Line } from "../feeds/line.ts";
import { EMA } from "./ema.ts";
import { Absolute, BinaryOperation } from "./line-arithmetic.ts";
import { Momentum } from "./momentum.ts";

/** Settings of the true strength index. */
export interface TrueStrengthOptions {
  /** Period of the first smoothing. */
  readonly period1?: number;
  /** Period of the second smoothing. */
  readonly period2?: number;
  /** Bars over which the change is measured. */
  readonly pchange?: number;
}

/**
 * True strength index (Blau 1991), −100 to 100: 100 · EMA(EMA(Δ)) / EMA(EMA(|Δ|)) of the change Δ; 0 where nothing
 * changes. Minimum period: period1 + period2 + pchange − 1.
 */
export class TSI extends BinaryOperation {
  constructor(source: Line, { period1 = 25, period2 = 13, pchange = 1 }: TrueStrengthOptions = {}) {
    const change = new Momentum(source, { period: pchange });
    const twice = (line: Line): Line => new EMA(new EMA(line, { period: period1 }), { period: period2 });
    super(twice(change), twice(new Absolute(change)));
  }

  protected override combine(change: number, size: number): number {
    return size === 0 ? 0 : (100 * change) / size;
  }
}
