import { CrossOver } from "#shared/engine/indicators/cross-over.ts";
import { SMA } from "#shared/engine/indicators/sma.ts";
import { float, int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";

export class Crossing extends Strategy({
  fast: int(10, { min: 2, max: 200 }),
  slow: int(30, { min: 3, max: 500 }),
  stake: float(1, { min: 0.001, max: 1_000 }),
}) {
  readonly fast = new SMA(this.data.close, { period: this.params.fast });
  readonly slow = new SMA(this.data.close, { period: this.params.slow });
  readonly cross = new CrossOver(this.fast, this.slow);

  override next(): void {
    if (this.position.size === 0 && this.cross.now > 0) {
      this.buy({ size: this.params.stake });
    } else if (this.position.size !== 0 && this.cross.now < 0) {
      this.close();
    }
  }
}
