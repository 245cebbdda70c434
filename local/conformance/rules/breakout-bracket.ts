import type { BracketRequest } from "#shared/engine/broker/order-request.ts";
import { ATR } from "#shared/engine/indicators/atr.ts";
import { Highest } from "#shared/engine/indicators/highest.ts";
import { Lowest } from "#shared/engine/indicators/lowest.ts";
import type { Desk } from "../actor.ts";
import { Rule, tick } from "./rule.ts";

export interface BreakoutBracketParams {
  readonly channel: number;
  readonly atrPeriod: number;
  readonly stopAtr: number;
  readonly limitAtr: number;
  readonly stake: number;
  readonly entry: "Market" | "Limit";
  /** 0 for orders without end. */
  readonly validBars: number;
}

/** Follows a close beyond the channel of the bars before, with a stop and a limit at multiples of the true range. */
export class BreakoutBracket extends Rule {
  private readonly params: BreakoutBracketParams;
  private readonly top: Highest;
  private readonly bottom: Lowest;
  private readonly atr: ATR;

  constructor(desk: Desk, params: BreakoutBracketParams) {
    super(desk);
    this.params = params;
    this.top = new Highest(this.data.high, { period: params.channel });
    this.bottom = new Lowest(this.data.low, { period: params.channel });
    this.atr = new ATR(this.data, { period: params.atrPeriod });
  }

  protected override decide(): void {
    if (this.size !== 0 || !this.idle || this.turns < 2) return;
    const close = this.data.close.now;
    const up = close > this.top.ago(1);
    if (!up && !(close < this.bottom.ago(1))) return;
    const { stopAtr, limitAtr, stake, entry, validBars } = this.params;
    const direction = up ? 1 : -1;
    const request: BracketRequest = {
      size: stake,
      execType: entry,
      ...(entry === "Limit" ? { price: close } : null),
      ...(validBars > 0 ? { valid: this.validFor(validBars) } : null),
      stopPrice: tick(close - direction * stopAtr * this.atr.now),
      limitPrice: tick(close + direction * limitAtr * this.atr.now),
    };
    const { main, stop, limit } = up ? this.strategy.buyBracket(request) : this.strategy.sellBracket(request);
    for (const order of [main, stop, limit]) this.recording.add(order);
  }
}
