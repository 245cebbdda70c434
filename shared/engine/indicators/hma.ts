import type { Line } from "../feeds/line.ts";
import { Extrapolation } from "./extrapolation.ts";
import { WMA } from "./wma.ts";

/**
 * Hull moving average (Hull 2005): the WMA over ⌊√period⌋ of 2·WMA(⌊period / 2⌋) − WMA(period). Minimum period:
 * period + ⌊√period⌋ − 1. The period is at least 2.
 */
export class HMA extends WMA {
  constructor(source: Line, { period = 30 }: { readonly period?: number } = {}) {
    const half = new WMA(source, { period: Math.floor(period / 2) });
    const whole = new WMA(source, { period });
    super(new Extrapolation(half, whole), { period: Math.floor(Math.sqrt(period)) });
  }
}
