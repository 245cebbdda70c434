import type { Line } from "../feeds/line.ts";
import { WindowExtreme } from "./window-extreme.ts";

/**
 * How many bars ago the greatest of the last `period` values was, 0 for the present bar; of several the most recent. NaN
 * while a NaN is among them. Minimum period: `period`.
 */
export class FindFirstIndexHighest extends WindowExtreme {
  constructor(source: Line, { period = 1 }: { readonly period?: number } = {}) {
    super(source, { period, sign: 1, latest: 1, age: 1 });
  }
}

/** As FindFirstIndexHighest, for the least value. */
export class FindFirstIndexLowest extends WindowExtreme {
  constructor(source: Line, { period = 1 }: { readonly period?: number } = {}) {
    super(source, { period, sign: -1, latest: 1, age: 1 });
  }
}

/** As FindFirstIndexHighest, but of several equal ones the oldest. */
export class FindLastIndexHighest extends WindowExtreme {
  constructor(source: Line, { period = 1 }: { readonly period?: number } = {}) {
    super(source, { period, sign: 1, latest: 0, age: 1 });
  }
}

/** As FindFirstIndexHighest, for the least value, and of several equal ones the oldest. */
export class FindLastIndexLowest extends WindowExtreme {
  constructor(source: Line, { period = 1 }: { readonly period?: number } = {}) {
    super(source, { period, sign: -1, latest: 0, age: 1 });
  }
}
