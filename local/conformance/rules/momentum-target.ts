import { ROC } from "#shared/engine/indicators/rate-of-change.ts";
import type { Desk } from "../actor.ts";
import { Rule } from "./rule.ts";

export interface MomentumTargetParams {
  readonly period: number;
  /** Warm cycles. */
  readonly every: number;
  /** Fraction. */
  readonly threshold: number;
  /** Quote currency. */
  readonly value: number;
}

/** Holds a value in the direction of the last change where that is large, else nothing. */
export class MomentumTarget extends Rule {
  private readonly params: MomentumTargetParams;
  private readonly roc: ROC;

  constructor(desk: Desk, params: MomentumTargetParams) {
    super(desk);
    this.params = params;
    this.roc = new ROC(this.data.close, { period: params.period });
  }

  protected override decide(): void {
    const { every, threshold, value } = this.params;
    if (this.turns % every !== 0) return;
    const { strategy, recording } = this;
    if (this.roc.now > threshold) recording.add(strategy.orderTargetValue(value));
    else if (this.roc.now < -threshold) recording.add(strategy.orderTargetValue(-value));
    else recording.add(strategy.orderTargetSize(0));
  }
}
