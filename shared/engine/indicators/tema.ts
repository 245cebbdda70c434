import type { Line } from "../feeds/line.ts";
import { EMA } from "./ema.ts";
import { Indicator } from "./indicator.ts";

/**
 * Triple exponential moving average (Mulloy 1994): 3·E₁ − 3·E₂ + E₃, where each E is the EMA of the one before. Minimum
 * period: 3·period − 2.
 */
export class TEMA extends Indicator {
  readonly single: Line;
  readonly double: Line;
  readonly triple: Line;

  constructor(source: Line, { period = 30 }: { readonly period?: number } = {}) {
    const single = new EMA(source, { period });
    const double = new EMA(single, { period });
    const triple = new EMA(double, { period });
    super([single, double, triple], 1);
    this.single = single;
    this.double = double;
    this.triple = triple;
  }

  override step(): number {
    return 3 * this.single.now - 3 * this.double.now + this.triple.now;
  }
}
