import type { Line } from "../feeds/line.ts";
import { EMA } from "./ema.ts";
import { Indicator } from "./indicator.ts";

/** Errors that differ by less, as a fraction of x, are equal: prices on a grid make ties that rounding would decide. */
const ROUNDING = 1e-14;

/** Settings of the zero-lag indicator. */
export interface ZeroLagOptions {
  readonly period?: number;
  /** Gains from −gainlimit / 10 to gainlimit / 10 are tried, in steps of 0.1. */
  readonly gainlimit?: number;
}

/**
 * Zero-lag indicator, or error-correcting average (Ehlers and Way 2010): of the candidates
 * α·(E + g·(x − y′)) + (1 − α)·y′, with E the EMA, α = 2 / (period + 1) and g from −gainlimit / 10 to gainlimit / 10,
 * the one nearest to x, the least gain of several. Starts at E. Minimum period: period.
 */
export class ZLInd extends Indicator {
  readonly source: Line;
  private readonly average: Line;
  private readonly alpha: number;
  private readonly gainlimit: number;
  private value = Number.NaN;

  constructor(source: Line, { period = 30, gainlimit = 50 }: ZeroLagOptions = {}) {
    const average = new EMA(source, { period });
    super([source, average], 1);
    this.source = source;
    this.average = average;
    this.alpha = 2 / (period + 1);
    this.gainlimit = gainlimit;
  }

  override step(): number {
    const { alpha, gainlimit, value: before } = this;
    const x = this.source.now;
    const average = this.average.now;
    if (Number.isNaN(before) || Number.isNaN(average)) {
      if (!Number.isNaN(average)) this.value = average;
      return average;
    }
    const rounding = ROUNDING * Math.abs(x);
    let least = Number.POSITIVE_INFINITY;
    let nearest = average;
    for (let gain = -gainlimit; gain <= gainlimit; gain++) {
      const candidate = alpha * (average + (gain / 10) * (x - before)) + (1 - alpha) * before;
      const error = Math.abs(x - candidate);
      if (error < least - rounding) {
        least = error;
        nearest = candidate;
      }
    }
    this.value = nearest;
    return nearest;
  }
}
