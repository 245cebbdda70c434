import { BollingerBands } from "#shared/engine/indicators/bollinger-bands.ts";
import type { Desk } from "../actor.ts";
import { Rule, tick } from "./rule.ts";

export interface BollingerTrailParams {
  readonly period: number;
  readonly devFactor: number;
  readonly stake: number;
  readonly validBars: number;
  /** Fraction of the close. */
  readonly trailPercent: number;
}

/** Buys at the lower band, and leaves by a trailing stop. */
export class BollingerTrail extends Rule {
  private readonly params: BollingerTrailParams;
  private readonly bands: BollingerBands;

  constructor(desk: Desk, params: BollingerTrailParams) {
    super(desk);
    this.params = params;
    this.bands = new BollingerBands(this.data.close, { period: params.period, devfactor: params.devFactor });
  }

  protected override decide(): void {
    if (!this.idle) return;
    const { stake, validBars, trailPercent } = this.params;
    if (this.size === 0) {
      this.buy(stake, { execType: "Limit", price: tick(this.bands.bot.now), valid: this.validFor(validBars) });
    } else if (this.size > 0) this.sell(this.size, { execType: "StopTrail", trailPercent });
  }
}
