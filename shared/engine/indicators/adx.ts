import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Composite } from "./composite.ts";
import { Delay } from "./delay.ts";
import { DirectionalIndicator } from "./directional-indicator.ts";
import { Add, BinaryOperation, Multiply } from "./line-arithmetic.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { SMMA } from "./smma.ts";

/** 100 · |plus − minus| / (plus + minus); 0 where both are 0. */
class DirectionalIndex extends BinaryOperation {
  protected override combine(plus: number, minus: number): number {
    const sum = plus + minus;
    return sum === 0 ? 0 : (100 * Math.abs(plus - minus)) / sum;
  }
}

/**
 * Average directional movement index (Wilder 1978), 0 to 100: the moving average (SMMA) of
 * 100 · |plusDI − minusDI| / (plusDI + minusDI), 0 where both are 0. Lines: adx (itself), plusDI, minusDI. Minimum
 * period: 2·period.
 */
export class ADX extends Composite {
  readonly plusDI: Line;
  readonly minusDI: Line;

  constructor(feed: FeedView, { period = 14, movav = SMMA }: SmoothedOptions = {}) {
    const direction = new DirectionalIndicator(feed, { period, movav });
    super(new movav(new DirectionalIndex(direction, direction.minusDI), { period }));
    this.plusDI = direction;
    this.minusDI = direction.minusDI;
  }

  get adx(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { adx: this, plusDI: this.plusDI, minusDI: this.minusDI };
  }
}

/**
 * ADX with its rating (Wilder 1978), the mean of the present ADX and that of `period` bars ago. Lines: adx (itself),
 * adxr, plusDI, minusDI. Minimum period: 3·period for adxr.
 */
export class ADXR extends ADX {
  readonly adxr: Line;

  constructor(feed: FeedView, { period = 14, movav = SMMA }: SmoothedOptions = {}) {
    super(feed, { period, movav });
    this.adxr = new Multiply(new Add(this, new Delay(this, { period })), 0.5);
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { ...super.lines, adxr: this.adxr };
  }
}

/** Directional movement index and directional movement: all their lines are those of ADX and ADXR. */
export { ADX as DMI, ADXR as DM };
