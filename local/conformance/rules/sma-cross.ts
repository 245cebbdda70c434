import { CrossOver } from "#shared/engine/indicators/cross-over.ts";
import { EMA } from "#shared/engine/indicators/ema.ts";
import { SMA } from "#shared/engine/indicators/sma.ts";
import type { Desk } from "../actor.ts";
import { Rule } from "./rule.ts";

export interface SmaCrossParams {
  readonly movav: "SMA" | "EMA";
  readonly fast: number;
  readonly slow: number;
  readonly stake: number;
  readonly mode: "longOnly" | "reverse";
}

/** Long above the crossing of two averages; out of the market or short below. */
export class SmaCross extends Rule {
  private readonly params: SmaCrossParams;
  private readonly cross: CrossOver;

  constructor(desk: Desk, params: SmaCrossParams) {
    super(desk);
    this.params = params;
    const Average = params.movav === "SMA" ? SMA : EMA;
    const fast = new Average(this.data.close, { period: params.fast });
    this.cross = new CrossOver(fast, new Average(this.data.close, { period: params.slow }));
  }

  protected override decide(): void {
    const { mode, stake } = this.params;
    const cross = this.cross.now;
    if (mode === "longOnly") {
      if (this.size === 0 && cross > 0) this.buy(stake);
      else if (this.size > 0 && cross < 0) this.close();
    } else if (cross !== 0) this.recording.add(this.strategy.orderTargetSize(cross > 0 ? stake : -stake));
  }
}
