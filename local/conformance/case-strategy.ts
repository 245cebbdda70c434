import type { OrderEvent } from "#shared/engine/broker/order.ts";
import type { TradeEvent } from "#shared/engine/broker/round-trip.ts";
import { Strategy, type StrategyClass } from "#shared/engine/strategy.ts";
import type { Actor, ActorMaker } from "./actor.ts";
import type { ConformanceCase } from "./case.ts";
import type { RecordedIndicators } from "./recorded-indicators.ts";
import type { Recording } from "./recording.ts";

/** The strategy of a case: writes down all that it is told and sees, and orders what its actor decides. */
export function caseStrategy(
  question: ConformanceCase,
  recording: Recording,
  indicators: RecordedIndicators,
  makeActor: ActorMaker,
): StrategyClass {
  const names = question.feeds.map(({ name }) => name);
  let actor: Actor;

  class CaseStrategy extends Strategy({}, names.slice(1)) {
    readonly feedCount = this.prepare();

    /** Registers indicators and actor, whose state lives outside; returns how many feeds there are. */
    private prepare(): number {
      const feeds = new Map([[this.data.name, this.data], ...Object.entries(this.feeds)]);
      indicators.build(feeds);
      actor = makeActor({ strategy: this, recording, feeds });
      return feeds.size;
    }

    private turn(warm: boolean): void {
      const positions = names.map((name) => this.positionOf(this.feedNamed(name)).size);
      recording.turn(this.cash, this.value, positions, warm);
      indicators.turn();
      actor.turn(recording.cycle, warm);
    }

    private feedNamed(name: string) {
      return name === this.data.name ? this.data : this.feeds[name]!;
    }

    override prenextOpen(): void {
      actor.open(recording.cycle + 1);
    }

    override nextOpen(): void {
      actor.open(recording.cycle + 1);
    }

    override prenext(): void {
      this.turn(false);
    }

    override next(): void {
      this.turn(true);
    }

    override notifyOrder(order: OrderEvent): void {
      recording.heardOrder(order);
    }

    override notifyTrade(trade: TradeEvent): void {
      recording.heardTrade(trade);
    }
  }
  return CaseStrategy;
}
