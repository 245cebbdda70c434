import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { ATR } from "./atr.ts";
import { Indicator } from "./indicator.ts";
import { BinaryOperation } from "./line-arithmetic.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { SMMA } from "./smma.ts";

/** x − x₋₁ (Wilder 1978). Minimum period: 2. */
export class UpMove extends Indicator {
  readonly source: Line;

  constructor(source: Line) {
    super([source], 2);
    this.source = source;
  }

  override step(): number {
    return this.source.now - this.source.ago(1);
  }
}

/** x₋₁ − x (Wilder 1978). Minimum period: 2. */
export class DownMove extends Indicator {
  readonly source: Line;

  constructor(source: Line) {
    super([source], 2);
    this.source = source;
  }

  override step(): number {
    return this.source.ago(1) - this.source.now;
  }
}

/** The first move where it is up and the greater of the two, else 0. */
class DirectionalMovement extends BinaryOperation {
  protected override combine(move: number, opposite: number): number {
    return move > opposite && move > 0 ? move : 0;
  }
}

/** 100 · part / whole; 0 where the whole is 0: without a range there is no direction. */
class PercentOf extends BinaryOperation {
  protected override combine(part: number, whole: number): number {
    return whole === 0 ? 0 : (100 * part) / whole;
  }
}

/**
 * Positive directional indicator (Wilder 1978), in percent: the smoothed (SMMA) rises of the high that exceed the falls
 * of the low, over the average true range; 0 where that is 0. Minimum period: period + 1.
 */
export class PlusDirectionalIndicator extends PercentOf {
  constructor(feed: FeedView, { period = 14, movav = SMMA }: SmoothedOptions = {}) {
    const movement = new DirectionalMovement(new UpMove(feed.high), new DownMove(feed.low));
    super(new movav(movement, { period }), new ATR(feed, { period, movav }));
  }
}

/** Negative directional indicator (Wilder 1978): as the positive one, of the falls of the low. */
export class MinusDirectionalIndicator extends PercentOf {
  constructor(feed: FeedView, { period = 14, movav = SMMA }: SmoothedOptions = {}) {
    const movement = new DirectionalMovement(new DownMove(feed.low), new UpMove(feed.high));
    super(new movav(movement, { period }), new ATR(feed, { period, movav }));
  }
}

/** Both directional indicators. Lines: plusDI (itself), minusDI. Minimum period: period + 1. */
export class DirectionalIndicator extends PlusDirectionalIndicator {
  readonly minusDI: Line;

  constructor(feed: FeedView, options: SmoothedOptions = {}) {
    super(feed, options);
    this.minusDI = new MinusDirectionalIndicator(feed, options);
  }

  get plusDI(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { plusDI: this, minusDI: this.minusDI };
  }
}
