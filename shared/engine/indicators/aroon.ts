import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { FindFirstIndexHighest, FindFirstIndexLowest } from "./find-index.ts";
import { Indicator } from "./indicator.ts";
import { Subtract } from "./line-arithmetic.ts";

/** Window of the Aroon indicators. */
export interface AroonOptions {
  readonly period?: number;
}

/**
 * Aroon up (Chande 1995), 0 to 100: 100 · (period − bars since the highest high of the last period + 1 bars) / period.
 * Minimum period: period + 1.
 */
export class AroonUp extends Indicator {
  private readonly age: Line;
  private readonly period: number;

  constructor(feed: FeedView, { period = 14 }: AroonOptions = {}) {
    const age = new FindFirstIndexHighest(feed.high, { period: period + 1 });
    super([age], 1);
    this.age = age;
    this.period = period;
  }

  override step(): number {
    return (100 * (this.period - this.age.now)) / this.period;
  }
}

/** Aroon down (Chande 1995): as Aroon up, of the lowest low. Minimum period: period + 1. */
export class AroonDown extends Indicator {
  private readonly age: Line;
  private readonly period: number;

  constructor(feed: FeedView, { period = 14 }: AroonOptions = {}) {
    const age = new FindFirstIndexLowest(feed.low, { period: period + 1 });
    super([age], 1);
    this.age = age;
    this.period = period;
  }

  override step(): number {
    return (100 * (this.period - this.age.now)) / this.period;
  }
}

/** Aroon up and down. Lines: aroonup (itself), aroondown. Minimum period: period + 1. */
export class AroonUpDown extends AroonUp {
  readonly aroondown: Line;

  constructor(feed: FeedView, options: AroonOptions = {}) {
    super(feed, options);
    this.aroondown = new AroonDown(feed, options);
  }

  get aroonup(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { aroonup: this, aroondown: this.aroondown };
  }
}

/** Aroon up − Aroon down, −100 to 100. Minimum period: period + 1. */
export class AroonOscillator extends Subtract {
  constructor(feed: FeedView, options: AroonOptions = {}) {
    super(new AroonUp(feed, options), new AroonDown(feed, options));
  }
}

/** Aroon up, down and their difference. Lines: aroonup (itself), aroondown, aroonosc. Minimum period: period + 1. */
export class AroonUpDownOsc extends AroonUpDown {
  readonly aroonosc: Line;

  constructor(feed: FeedView, options: AroonOptions = {}) {
    super(feed, options);
    this.aroonosc = new Subtract(this, this.aroondown);
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { ...super.lines, aroonosc: this.aroonosc };
  }
}
