import { RSI } from "#shared/engine/indicators/rsi.ts";
import { float, int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";

/** Buys what fell fast: in when the RSI is low, out when it is high or after `maxHold` bars. */
export class RsiReversion extends Strategy({
  period: int(14, { min: 2, max: 200 }),
  low: float(30, { min: 1, max: 50 }),
  high: float(60, { min: 50, max: 99 }),
  /** Bars after which a position is given up. */
  maxHold: int(48, { min: 1, max: 10_000 }),
  /** Fraction of the portfolio's value to hold; the rest pays fees and a higher open. */
  percent: float(0.95, { min: 0.01, max: 1 }),
}) {
  readonly rsi = new RSI(this.data.close, { period: this.params.period });
  state = { held: 0 };

  override next(): void {
    if (this.position.size === 0) {
      this.state.held = 0;
      if (this.rsi.now < this.params.low) this.orderTargetPercent(this.params.percent, { tag: "oversold" });
      return;
    }
    this.state.held++;
    if (this.rsi.now > this.params.high) this.close({ tag: "recovered" });
    else if (this.state.held >= this.params.maxHold) this.close({ tag: "given up" });
  }
}
