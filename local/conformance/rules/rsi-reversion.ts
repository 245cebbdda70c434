import { RSI } from "#shared/engine/indicators/rsi.ts";
import type { Desk } from "../actor.ts";
import { Rule } from "./rule.ts";

export interface RsiReversionParams {
  readonly period: number;
  readonly low: number;
  readonly high: number;
  readonly stake: number;
  readonly maxHold: number;
}

/** Buys what is oversold, and sells it when overbought or held for too long. */
export class RsiReversion extends Rule {
  private readonly params: RsiReversionParams;
  private readonly rsi: RSI;

  constructor(desk: Desk, params: RsiReversionParams) {
    super(desk);
    this.params = params;
    this.rsi = new RSI(this.data.close, { period: params.period });
  }

  protected override decide(): void {
    const { low, high, stake, maxHold } = this.params;
    if (this.size === 0 && this.rsi.now < low) this.buy(stake);
    else if (this.size > 0 && (this.rsi.now > high || this.held >= maxHold)) this.close();
  }
}
