import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/** x − x₋ₙ over n = `period` bars (default 12). Minimum period: period + 1. */
export class Momentum extends Indicator {
  readonly source: Line;
  readonly period: number;

  constructor(source: Line, { period = 12 }: { readonly period?: number } = {}) {
    super([source], period + 1);
    this.source = source;
    this.period = period;
  }

  override step(): number {
    return this.source.now - this.source.ago(this.period);
  }
}

/** 100 · x / x₋ₙ over n = `period` bars (default 12); NaN where that was 0. Minimum period: period + 1. */
export class MomentumOscillator extends Indicator {
  readonly source: Line;
  readonly period: number;

  constructor(source: Line, { period = 12 }: { readonly period?: number } = {}) {
    super([source], period + 1);
    this.source = source;
    this.period = period;
  }

  override step(): number {
    const before = this.source.ago(this.period);
    return before === 0 ? Number.NaN : (100 * this.source.now) / before;
  }
}
