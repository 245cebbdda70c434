import type { Line } from "../feeds/line.ts";
import { WindowExtreme } from "./window-extreme.ts";

/** The least of the last `period` values; NaN while a NaN is among them. Minimum period: `period`. */
export class Lowest extends WindowExtreme {
  constructor(source: Line, { period = 1 }: { readonly period?: number } = {}) {
    super(source, { period, sign: -1, latest: 1, age: 0 });
  }
}
