import { CrossOver } from "#shared/engine/indicators/cross-over.ts";
import { EMA } from "#shared/engine/indicators/ema.ts";
import { float, int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";

const PARAMETERS = {
  fast: int(12, { min: 2, max: 200 }),
  slow: int(26, { min: 3, max: 500 }),
  trend: int(20, { min: 2, max: 200 }),
  stake: float(1, { min: 0.001, max: 1_000 }),
};

export class HigherTimeframe extends Strategy(PARAMETERS, ["higher"]) {
  readonly fast = new EMA(this.data.close, { period: this.params.fast });
  readonly slow = new EMA(this.data.close, { period: this.params.slow });
  readonly cross = new CrossOver(this.fast, this.slow);
  readonly trend = new EMA(this.feeds.higher.close, { period: this.params.trend });

  override next(): void {
    const rising = this.feeds.higher.close.now > this.trend.now;
    if (this.position.size === 0) {
      if (rising && this.cross.now > 0) {
        this.buy({ size: this.params.stake });
      }
    } else if (!rising || this.cross.now < 0) this.close();
  }
}
