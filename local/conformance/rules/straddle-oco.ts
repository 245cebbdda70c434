import type { Desk } from "../actor.ts";
import { Rule, tick } from "./rule.ts";

export interface StraddleOcoParams {
  /** Warm cycles. */
  readonly every: number;
  /** Fraction of the close. */
  readonly offset: number;
  readonly stake: number;
  /** Warm cycles. */
  readonly hold: number;
}

/** Waits for a move in either direction with two stops of which one cancels the other, and follows it for a while. */
export class StraddleOco extends Rule {
  private readonly params: StraddleOcoParams;

  constructor(desk: Desk, params: StraddleOcoParams) {
    super(desk);
    this.params = params;
  }

  protected override decide(): void {
    const { every, offset, stake, hold } = this.params;
    if (!this.idle) return;
    if (this.size === 0) {
      if (this.turns % every !== 0) return;
      const close = this.data.close.now;
      const up = this.strategy.buy({ size: stake, execType: "Stop", price: tick(close * (1 + offset)) });
      this.recording.add(up);
      this.sell(stake, { execType: "Stop", price: tick(close * (1 - offset)), oco: up! });
    } else if (this.held >= hold) this.close();
  }
}
