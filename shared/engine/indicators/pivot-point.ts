import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";
import { Add, Multiply, Subtract } from "./line-arithmetic.ts";

/** What a pivot is made of besides high, low and close. */
export interface PivotOptions {
  /** Takes in the open. */
  readonly open?: boolean;
  /** Counts the close twice. */
  readonly close?: boolean;
}

/** (H + L + C) / 3, or with 2C or O + C (of both the close counts) / 4. */
abstract class Pivot extends Indicator {
  private readonly high: Line;
  private readonly low: Line;
  private readonly close: Line;
  private readonly fourth: Line | number;
  private readonly count: number;

  constructor(feed: FeedView, { open = false, close = false }: PivotOptions) {
    super([feed.open, feed.high, feed.low, feed.close], 1);
    this.high = feed.high;
    this.low = feed.low;
    this.close = feed.close;
    this.fourth = close ? feed.close : open ? feed.open : 0;
    this.count = close || open ? 4 : 3;
  }

  override step(): number {
    const fourth = typeof this.fourth === "number" ? this.fourth : this.fourth.now;
    return (this.high.now + this.low.now + this.close.now + fourth) / this.count;
  }

  get p(): Line {
    return this;
  }
}

/**
 * Pivot point of the present bar, meant for a slower feed: p = (H + L + C) / 3, with `close` (H + L + 2C) / 4, with
 * `open` (H + L + C + O) / 4; s1 = 2p − H, r1 = 2p − L, s2 = p − (H − L), r2 = p + (H − L). Lines: p (itself), s1, s2,
 * r1, r2. Minimum period: 1.
 */
export class PivotPoint extends Pivot {
  readonly s1: Line;
  readonly s2: Line;
  readonly r1: Line;
  readonly r2: Line;

  constructor(feed: FeedView, options: PivotOptions = {}) {
    super(feed, options);
    const range = new Subtract(feed.high, feed.low);
    const doubled = new Multiply(this, 2);
    this.s1 = new Subtract(doubled, feed.high);
    this.s2 = new Subtract(this, range);
    this.r1 = new Subtract(doubled, feed.low);
    this.r2 = new Add(this, range);
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { p: this, s1: this.s1, s2: this.s2, r1: this.r1, r2: this.r2 };
  }
}

/** Settings of the Fibonacci pivot point. */
export interface FibonacciPivotOptions extends PivotOptions {
  readonly level1?: number;
  readonly level2?: number;
  readonly level3?: number;
}

/**
 * Pivot point with supports and resistances at Fibonacci levels of the range: p ∓ level · (H − L). Lines: p (itself),
 * s1, s2, s3, r1, r2, r3. Minimum period: 1.
 */
export class FibonacciPivotPoint extends Pivot {
  readonly s1: Line;
  readonly s2: Line;
  readonly s3: Line;
  readonly r1: Line;
  readonly r2: Line;
  readonly r3: Line;

  constructor(feed: FeedView, options: FibonacciPivotOptions = {}) {
    super(feed, options);
    const { level1 = 0.382, level2 = 0.618, level3 = 1 } = options;
    const range = new Subtract(feed.high, feed.low);
    const [first, second, third] = [level1, level2, level3].map((level) => new Multiply(range, level));
    this.s1 = new Subtract(this, first!);
    this.s2 = new Subtract(this, second!);
    this.s3 = new Subtract(this, third!);
    this.r1 = new Add(this, first!);
    this.r2 = new Add(this, second!);
    this.r3 = new Add(this, third!);
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { p: this, s1: this.s1, s2: this.s2, s3: this.s3, r1: this.r1, r2: this.r2, r3: this.r3 };
  }
}

/**
 * DeMark's pivot point: with x = H + 2L + C where C < O, 2H + L + C where C > O, H + L + 2C where they are equal: p = x / 4,
 * s1 = x / 2 − H, r1 = x / 2 − L. Lines: p (itself), s1, r1. Minimum period: 1.
 */
export class DemarkPivotPoint extends Indicator {
  readonly s1: Line;
  readonly r1: Line;
  private readonly open: Line;
  private readonly high: Line;
  private readonly low: Line;
  private readonly close: Line;

  constructor(feed: FeedView) {
    super([feed.open, feed.high, feed.low, feed.close], 1);
    this.open = feed.open;
    this.high = feed.high;
    this.low = feed.low;
    this.close = feed.close;
    const doubled = new Multiply(this, 2);
    this.s1 = new Subtract(doubled, feed.high);
    this.r1 = new Subtract(doubled, feed.low);
  }

  override step(): number {
    const high = this.high.now;
    const low = this.low.now;
    const close = this.close.now;
    const open = this.open.now;
    const counted = close < open ? low : close > open ? high : close;
    return (high + low + close + counted) / 4;
  }

  get p(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { p: this, s1: this.s1, r1: this.r1 };
  }
}
