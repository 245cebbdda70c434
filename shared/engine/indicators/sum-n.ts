import type { Line } from "../feeds/line.ts";
import { WindowedSum } from "./windowed-sum.ts";

/** The sum of the last `period` values; NaN while a value that is not finite is among them. Minimum period: `period`. */
export class SumN extends WindowedSum {
  constructor(source: Line, { period = 1 }: { readonly period?: number } = {}) {
    super(source, period, 1);
  }
}
