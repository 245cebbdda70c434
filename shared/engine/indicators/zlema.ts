import type { Line } from "../feeds/line.ts";
import { Delay } from "./delay.ts";
import { EMA } from "./ema.ts";
import { Extrapolation } from "./extrapolation.ts";

/**
 * Zero-lag exponential moving average (Ehlers and Way): the EMA of 2·x − x₋ₗ with the lag l = ⌊(period − 1) / 2⌋.
 * Minimum period: period + l.
 */
export class ZLEMA extends EMA {
  constructor(source: Line, { period = 30 }: { readonly period?: number } = {}) {
    super(new Extrapolation(source, new Delay(source, { period: Math.floor((period - 1) / 2) })), { period });
  }
}
