import type { Line } from "../feeds/line.ts";
import { WindowOperation } from "./window-operation.ts";

/** The share, 0 to 1, of the last `period` values that lie below the present one. Minimum period: period. */
export class PercentRank extends WindowOperation {
  constructor(source: Line, { period = 50 }: { readonly period?: number } = {}) {
    super(source, { period });
  }

  protected override operate(values: Float64Array, from: number, to: number): number {
    const present = values[to - 1]!;
    if (Number.isNaN(present)) return Number.NaN;
    let below = 0;
    for (let i = from; i < to; i++) if (values[i]! < present) below++;
    return below / this.period;
  }
}
