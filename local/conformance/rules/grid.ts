import type { Desk } from "../actor.ts";
import { Rule, tick } from "./rule.ts";

export interface GridParams {
  /** Fraction of the close. */
  readonly spacing: number;
  readonly stake: number;
  /** Warm cycles. */
  readonly every: number;
  readonly maxSize: number;
}

/** Keeps a buy under and a sell over the price, renewed every so often. */
export class Grid extends Rule {
  private readonly params: GridParams;

  constructor(desk: Desk, params: GridParams) {
    super(desk);
    this.params = params;
  }

  protected override decide(): void {
    const { spacing, stake, every, maxSize } = this.params;
    if (this.turns % every !== 0) return;
    for (const label of this.recording.live) this.strategy.cancel(this.recording.order(label)!);
    const close = this.data.close.now;
    if (this.size < maxSize) this.buy(stake, { execType: "Limit", price: tick(close * (1 - spacing)) });
    if (this.size > -maxSize) this.sell(stake, { execType: "Limit", price: tick(close * (1 + spacing)) });
  }
}
