import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Composite } from "./composite.ts";
import { Highest } from "./highest.ts";
import { Indicator } from "./indicator.ts";
import { Lowest } from "./lowest.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { SMA } from "./sma.ts";

/** Settings of the fast stochastic oscillator. */
export interface StochasticFastOptions extends SmoothedOptions {
  /** Period of the first smoothing. */
  readonly periodDfast?: number;
}

/** Settings of the slow and the full stochastic oscillator. */
export interface StochasticOptions extends StochasticFastOptions {
  /** Period of the second smoothing. */
  readonly periodDslow?: number;
}

/**
 * Fast stochastic oscillator (Lane), 0 to 100: percK = 100 · (close − lowest low) / (highest high − lowest low) over
 * `period` bars, NaN where the range is 0; percD is its moving average (SMA) over periodDfast. Lines: percK (itself),
 * percD. Minimum period of percK: period; of percD: period + periodDfast − 1.
 */
export class StochasticFast extends Indicator {
  readonly percD: Line;
  private readonly close: Line;
  private readonly top: Line;
  private readonly bottom: Line;

  constructor(feed: FeedView, { period = 14, periodDfast = 3, movav = SMA }: StochasticFastOptions = {}) {
    const top = new Highest(feed.high, { period });
    const bottom = new Lowest(feed.low, { period });
    super([feed.close, top, bottom], 1);
    this.close = feed.close;
    this.top = top;
    this.bottom = bottom;
    this.percD = new movav(this, { period: periodDfast });
  }

  override step(): number {
    const bottom = this.bottom.now;
    const range = this.top.now - bottom;
    return range === 0 ? Number.NaN : (100 * (this.close.now - bottom)) / range;
  }

  get percK(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { percK: this, percD: this.percD };
  }
}

/**
 * Slow stochastic oscillator (Lane): percK is percD of the fast one, percD its moving average (SMA) over periodDslow.
 * Lines: percK (itself), percD. Minimum period of percD: period + periodDfast + periodDslow − 2.
 */
export class Stochastic extends Composite {
  readonly percD: Line;

  constructor(feed: FeedView, options: StochasticOptions = {}) {
    const { period = 14, periodDfast = 3, periodDslow = 3, movav = SMA } = options;
    super(new StochasticFast(feed, { period, periodDfast, movav }).percD);
    this.percD = new movav(this, { period: periodDslow });
  }

  get percK(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { percK: this, percD: this.percD };
  }
}

/**
 * Full stochastic oscillator: the fast one with percDSlow, the moving average (SMA) of percD over periodDslow. Lines:
 * percK (itself), percD, percDSlow. Minimum period of percDSlow: period + periodDfast + periodDslow − 2.
 */
export class StochasticFull extends StochasticFast {
  readonly percDSlow: Line;

  constructor(feed: FeedView, options: StochasticOptions = {}) {
    const { period = 14, periodDfast = 3, periodDslow = 3, movav = SMA } = options;
    super(feed, { period, periodDfast, movav });
    this.percDSlow = new movav(this.percD, { period: periodDslow });
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { ...super.lines, percDSlow: this.percDSlow };
  }
}
