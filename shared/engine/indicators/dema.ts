import type { Line } from "../feeds/line.ts";
import { EMA } from "./ema.ts";
import { Extrapolation } from "./extrapolation.ts";

/**
 * Double exponential moving average (Mulloy 1994): 2·E₁ − E₂, where E₁ is the EMA and E₂ the EMA of E₁. Minimum period:
 * 2·period − 1.
 */
export class DEMA extends Extrapolation {
  constructor(source: Line, { period = 30 }: { readonly period?: number } = {}) {
    const single = new EMA(source, { period });
    super(single, new EMA(single, { period }));
  }
}
