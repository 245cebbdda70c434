import type { FeedView } from "#shared/engine/feeds/feed-view.ts";
import type { Desk } from "../actor.ts";
import { Rule } from "./rule.ts";

export interface RebalanceParams {
  /** Warm cycles. */
  readonly every: number;
  /** Fractions of the portfolio's value, one a feed, taken in turn. */
  readonly weights: readonly (readonly number[])[];
}

/** Brings every feed to its weight, every so often. */
export class Rebalance extends Rule {
  private readonly params: RebalanceParams;
  private readonly feeds: readonly FeedView[];

  constructor(desk: Desk, params: RebalanceParams) {
    super(desk);
    this.params = params;
    this.feeds = [...desk.feeds.values()];
  }

  protected override decide(): void {
    const { every, weights } = this.params;
    if (this.turns % every !== 0) return;
    const current = weights[(this.turns / every) % weights.length]!;
    for (const [i, feed] of this.feeds.entries()) {
      this.recording.add(this.strategy.orderTargetPercent(current[i]!, { feed }));
    }
  }
}
