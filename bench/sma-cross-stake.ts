import { CrossOver } from "#shared/engine/indicators/cross-over.ts";
import { SMA } from "#shared/engine/indicators/sma.ts";
import { Strategy } from "#shared/engine/strategy.ts";

/** Units of each order. */
export const STAKE = 100;

/** The SMA cross as bench/peers/backtrader_sma_cross.py writes it: a fixed stake, in on the cross up, out on the cross down. */
export class SmaCrossStake extends Strategy({}) {
  readonly cross = new CrossOver(new SMA(this.data.close, { period: 10 }), new SMA(this.data.close, { period: 30 }));

  override next(): void {
    if (this.position.size === 0) {
      if (this.cross.now > 0) this.buy({ size: STAKE });
    } else if (this.cross.now < 0) this.close();
  }
}
