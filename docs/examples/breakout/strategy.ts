import type { OrderEvent, OrderId } from "#shared/engine/broker/order.ts";
import { ATR } from "#shared/engine/indicators/atr.ts";
import { Highest } from "#shared/engine/indicators/highest.ts";
import { float, int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";

export class Breakout extends Strategy({
  period: int(20, { min: 2, max: 500 }),
  stop: float(2, { min: 0.1, max: 20 }),
  target: float(3, { min: 0.1, max: 20 }),
  stake: float(1, { min: 0.001, max: 1_000 }),
}) {
  readonly highest = new Highest(this.data.high, { period: this.params.period });
  readonly atr = new ATR(this.data, { period: 14 });
  state = { live: [] as (OrderId | null)[] };

  override next(): void {
    const close = this.data.close.now;
    const reach = this.atr.now;
    if (this.state.live.length > 0 || close <= this.highest.ago(1)) return;
    const { main, stop, limit } = this.buyBracket({
      size: this.params.stake,
      execType: "Market",
      stopPrice: close - this.params.stop * reach,
      limitPrice: close + this.params.target * reach,
    });
    this.state.live = [main, stop, limit];
  }

  override notifyOrder(order: OrderEvent): void {
    if (order.done) this.state.live = this.state.live.filter((id) => id !== order.id);
  }
}
