import type { Line } from "../feeds/line.ts";
import { WindowOperation } from "./window-operation.ts";

/** 1 if any of the last `period` values is neither 0 nor NaN, else 0. Minimum period: `period`. */
export class AnyN extends WindowOperation {
  constructor(source: Line, { period = 1 }: { readonly period?: number } = {}) {
    super(source, { period });
  }

  protected override operate(values: Float64Array, from: number, to: number): number {
    for (let i = from; i < to; i++) if (values[i] !== 0 && !Number.isNaN(values[i])) return 1;
    return 0;
  }
}

/** 1 if none of the last `period` values is 0 or NaN, else 0. Minimum period: `period`. */
export class AllN extends WindowOperation {
  constructor(source: Line, { period = 1 }: { readonly period?: number } = {}) {
    super(source, { period });
  }

  protected override operate(values: Float64Array, from: number, to: number): number {
    for (let i = from; i < to; i++) if (values[i] === 0 || Number.isNaN(values[i])) return 0;
    return 1;
  }
}
