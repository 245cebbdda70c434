import type { OrderOptions, OrderRequest } from "#shared/engine/broker/order-request.ts";
import type { FeedView } from "#shared/engine/feeds/feed-view.ts";
import type { AnyStrategy } from "#shared/engine/strategy.ts";
import { nominalLength } from "#shared/market/timeframe.ts";
import type { Actor, Desk } from "../actor.ts";
import type { Recording } from "../recording.ts";

/** A whole strategy of the conformance cases: it decides in warm cycles alone, and trades the first feed. */
export abstract class Rule implements Actor {
  protected readonly strategy: AnyStrategy;
  protected readonly recording: Recording;
  protected readonly data: FeedView;

  constructor(desk: Desk) {
    this.strategy = desk.strategy;
    this.recording = desk.recording;
    this.data = desk.strategy.data;
  }

  protected abstract decide(): void;

  open(): void {}

  turn(_cycle: number, warm: boolean): void {
    if (warm) this.decide();
  }

  /** Warm cycles so far, this one included. */
  protected get turns(): number {
    return this.recording.nextCalls;
  }

  /** Warm cycles in a row, this one included, that found a position. */
  protected get held(): number {
    return this.recording.held;
  }

  /** Base units held, negative for a short. */
  protected get size(): number {
    return this.strategy.position.size;
  }

  /** Whether no order of the rule lives. */
  protected get idle(): boolean {
    return this.recording.live.length === 0;
  }

  protected buy(size: number, options: Omit<OrderOptions, "feed"> = {}): void {
    this.recording.add(this.strategy.buy({ size, ...options } as OrderRequest));
  }

  protected sell(size: number, options: Omit<OrderOptions, "feed"> = {}): void {
    this.recording.add(this.strategy.sell({ size, ...options } as OrderRequest));
  }

  protected close(): void {
    this.recording.add(this.strategy.close());
  }

  /** Last ms, inclusive, of the bar that many bars from now. */
  protected validFor(bars: number): number {
    return this.strategy.time + bars * nominalLength(this.data.feed.timeframe);
  }
}

/** The nearest hundredth, halves and what lies within a millionth of a hundredth under one upwards. */
export function tick(x: number): number {
  return Math.floor(100 * x + 0.500001) / 100;
}
