import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/**
 * Rate of change, a fraction: (x − x₋ₙ) / x₋ₙ over n = `period` bars (default 12); NaN where that was 0. Minimum period:
 * period + 1.
 */
export class ROC extends Indicator {
  readonly source: Line;
  readonly period: number;

  constructor(source: Line, { period = 12 }: { readonly period?: number } = {}) {
    super([source], period + 1);
    this.source = source;
    this.period = period;
  }

  override step(): number {
    const before = this.source.ago(this.period);
    return before === 0 ? Number.NaN : (this.source.now - before) / before;
  }
}

/** Rate of change in percent: 100 · ROC. */
export class ROC100 extends ROC {
  override step(): number {
    return 100 * super.step();
  }
}

/** Rate of change, a fraction, over 30 bars by default. */
export class PercentChange extends ROC {
  constructor(source: Line, { period = 30 }: { readonly period?: number } = {}) {
    super(source, { period });
  }
}
