import { CrossOver } from "#shared/engine/indicators/cross-over.ts";
import { SMA } from "#shared/engine/indicators/sma.ts";
import { float, int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";

/** Long while a fast average is above a slow one: in on the cross up, out on the cross down, at the next open. */
export class SmaCross extends Strategy({
  fast: int(10, { min: 2, max: 200 }),
  slow: int(30, { min: 3, max: 500 }),
  /** Fraction of the portfolio's value to hold; the rest pays fees and a higher open. */
  percent: float(0.95, { min: 0.01, max: 1 }),
}) {
  static override valid(params: { readonly fast: number; readonly slow: number }): boolean {
    return params.fast < params.slow;
  }

  readonly fast = new SMA(this.data.close, { period: this.params.fast });
  readonly slow = new SMA(this.data.close, { period: this.params.slow });
  readonly cross = new CrossOver(this.fast, this.slow);

  override next(): void {
    const cross = this.cross.now;
    if (cross > 0 && this.position.size === 0) this.orderTargetPercent(this.params.percent);
    else if (cross < 0 && this.position.size > 0) this.close();
  }
}
