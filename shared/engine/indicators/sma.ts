import type { Line } from "../feeds/line.ts";
import { WindowedSum } from "./windowed-sum.ts";

/**
 * Simple moving average: the mean of the last `period` values; NaN while a value that is not finite is among them.
 * Minimum period: `period`.
 */
export class SMA extends WindowedSum {
  constructor(source: Line, { period = 30 }: { readonly period?: number } = {}) {
    super(source, period, period);
  }
}

/** The arithmetic mean of a window is the simple moving average. */
export { SMA as Average };
