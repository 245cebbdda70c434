import type { Line } from "../feeds/line.ts";
import { Composite } from "./composite.ts";
import { Add, Divide, Multiply, Subtract } from "./line-arithmetic.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { SMA } from "./sma.ts";
import { StandardDeviation } from "./standard-deviation.ts";

/** Settings of Bollinger bands. */
export interface BollingerOptions extends SmoothedOptions {
  /** Standard deviations between the middle and a band. */
  readonly devfactor?: number;
}

/**
 * Bollinger bands (Bollinger): a moving average with bands `devfactor` standard deviations above and below it. Lines:
 * mid (itself), top, bot. Minimum period: period.
 */
export class BollingerBands extends Composite {
  readonly top: Line;
  readonly bot: Line;

  constructor(source: Line, { period = 20, devfactor = 2, movav = SMA }: BollingerOptions = {}) {
    const deviation = new StandardDeviation(source, { period, movav });
    super(deviation.mean);
    const width = new Multiply(deviation, devfactor);
    this.top = new Add(this, width);
    this.bot = new Subtract(this, width);
  }

  get mid(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { mid: this, top: this.top, bot: this.bot };
  }
}

/**
 * Bollinger bands with %b, the place of the value between the bands: 0 at the lower, 1 at the upper, NaN where they are
 * one. Lines: mid (itself), top, bot, pctb. Minimum period: period.
 */
export class BollingerBandsPct extends BollingerBands {
  readonly pctb: Line;

  constructor(source: Line, options: BollingerOptions = {}) {
    super(source, options);
    this.pctb = new Divide(new Subtract(source, this.bot), new Subtract(this.top, this.bot));
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { ...super.lines, pctb: this.pctb };
  }
}
