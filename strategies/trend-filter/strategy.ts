import { CrossOver } from "#shared/engine/indicators/cross-over.ts";
import { EMA } from "#shared/engine/indicators/ema.ts";
import { float, int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";

/**
 * Takes crosses of averages on the main feed only while the feed `slow`, of a longer timeframe, closes above its own
 * average, and leaves when it no longer does.
 */
export class TrendFilter extends Strategy(
  {
    fast: int(12, { min: 2, max: 200 }),
    slow: int(26, { min: 3, max: 500 }),
    trend: int(20, { min: 2, max: 200 }),
    /** Fraction of the portfolio's value to hold; the rest pays fees and a higher open. */
    percent: float(0.95, { min: 0.01, max: 1 }),
  },
  ["slow"],
) {
  static override valid(params: { readonly fast: number; readonly slow: number }): boolean {
    return params.fast < params.slow;
  }

  readonly cross = new CrossOver(
    new EMA(this.data.close, { period: this.params.fast }),
    new EMA(this.data.close, { period: this.params.slow }),
  );
  readonly trend = new EMA(this.feeds.slow.close, { period: this.params.trend });

  override next(): void {
    const rising = this.feeds.slow.close.now > this.trend.now;
    if (this.position.size === 0) {
      if (rising && this.cross.now > 0) this.orderTargetPercent(this.params.percent);
    } else if (!rising || this.cross.now < 0) this.close();
  }
}
