import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/** Settings of the parabolic SAR. */
export interface ParabolicOptions {
  /** The minimum period; the calculation starts on bar 2 in any case. */
  readonly period?: number;
  /** First acceleration, and what each new extreme adds. */
  readonly af?: number;
  /** Greatest acceleration. */
  readonly afmax?: number;
}

/**
 * Parabolic stop and reverse (Wilder 1978). It starts on bar 2 at (high + low) / 2 with a trend against the move of the
 * close. On each bar: where the stop is touched, the trend turns, the stop is the extreme of the trend that ended, and
 * the acceleration starts anew. The next stop is nearer to the extreme by the acceleration, but not beyond the last two
 * lows (in an up trend) or highs. After a missing price it starts anew. Minimum period: period (2).
 */
export class ParabolicSAR extends Indicator {
  private readonly high: Line;
  private readonly low: Line;
  private readonly close: Line;
  private readonly af: number;
  private readonly afmax: number;
  /** 1 up, −1 down, 0 before the start. */
  private trend = 0;
  private stop = 0;
  private extreme = 0;
  private acceleration = 0;

  constructor(feed: FeedView, { period = 2, af = 0.02, afmax = 0.2 }: ParabolicOptions = {}) {
    super([feed.high, feed.low, feed.close], period);
    this.high = feed.high;
    this.low = feed.low;
    this.close = feed.close;
    this.af = af;
    this.afmax = afmax;
  }

  override step(): number {
    const high = this.high.now;
    const low = this.low.now;
    if (Number.isNaN(high + low + this.close.now + this.high.ago(1) + this.low.ago(1) + this.close.ago(1))) {
      this.trend = 0;
      return Number.NaN;
    }
    if (this.trend === 0) this.start(high, low);
    if (this.trend > 0 ? this.stop >= low : this.stop <= high) this.reverse(high, low);
    const stop = this.stop;
    const reached = this.trend > 0 ? high : low;
    if (this.trend > 0 ? reached > this.extreme : reached < this.extreme) {
      this.extreme = reached;
      this.acceleration = Math.min(this.acceleration + this.af, this.afmax);
    }
    const next = stop + this.acceleration * (this.extreme - stop);
    this.stop = this.trend > 0 ? Math.min(next, low, this.low.ago(1)) : Math.max(next, high, this.high.ago(1));
    return stop;
  }

  private start(high: number, low: number): void {
    this.stop = (high + low) / 2;
    this.acceleration = this.af;
    this.trend = this.close.now >= this.close.ago(1) ? -1 : 1;
    this.extreme = this.trend > 0 ? this.high.ago(1) : this.low.ago(1);
  }

  private reverse(high: number, low: number): void {
    this.stop = this.extreme;
    this.trend = -this.trend;
    this.extreme = this.trend > 0 ? high : low;
    this.acceleration = this.af;
  }
}
