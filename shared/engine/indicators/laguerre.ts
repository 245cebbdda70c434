import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/**
 * The four stages of Ehlers' Laguerre filter (Cybernetic Analysis for Stocks and Futures, 2004): with g = gamma
 * l₀ = (1 − g)·x + g·l₀′, and each further stage is l = −g·k + k′ + g·l′ of the stage k before it. All are 0 at the
 * start, which is the bar of the minimum period.
 */
abstract class LaguerreStages extends Indicator {
  readonly source: Line;
  readonly gamma: number;
  protected l0 = 0;
  protected l1 = 0;
  protected l2 = 0;
  protected l3 = 0;

  constructor(source: Line, gamma: number, window: number) {
    super([source], window);
    this.source = source;
    this.gamma = gamma;
  }

  override step(): number {
    const x = this.source.now;
    if (this.series.taken < this.minPeriod || !Number.isFinite(x)) return Number.NaN;
    const { gamma, l0, l1, l2 } = this;
    this.l0 = (1 - gamma) * x + gamma * l0;
    this.l1 = -gamma * this.l0 + l0 + gamma * l1;
    this.l2 = -gamma * this.l1 + l1 + gamma * l2;
    this.l3 = -gamma * this.l2 + l2 + gamma * this.l3;
    return this.output();
  }

  protected abstract output(): number;
}

/** Laguerre filter (Ehlers 2004): (l₀ + 2·l₁ + 2·l₂ + l₃) / 6. It starts at 0. Minimum period: 1. */
export class LaguerreFilter extends LaguerreStages {
  constructor(source: Line, { gamma = 0.5 }: { readonly gamma?: number } = {}) {
    super(source, gamma, 1);
  }

  protected override output(): number {
    return (this.l0 + 2 * this.l1 + 2 * this.l2 + this.l3) / 6;
  }
}

/**
 * Laguerre RSI (Ehlers 2004), 0 to 1: of the three differences l₀ − l₁, l₁ − l₂, l₂ − l₃ the share of the positive ones;
 * 1 where all are 0. `period` is nothing but the minimum period.
 */
export class LaguerreRSI extends LaguerreStages {
  constructor(source: Line, { gamma = 0.5, period = 6 }: { readonly gamma?: number; readonly period?: number } = {}) {
    super(source, gamma, period);
  }

  protected override output(): number {
    const { l0, l1, l2, l3 } = this;
    const up = Math.max(l0 - l1, 0) + Math.max(l1 - l2, 0) + Math.max(l2 - l3, 0);
    const down = Math.max(l1 - l0, 0) + Math.max(l2 - l1, 0) + Math.max(l3 - l2, 0);
    return up + down === 0 ? 1 : up / (up + down);
  }
}
