import type { OrderEvent, OrderId } from "./broker/order.ts";
import type { Bracket, BracketRequest, OrderOptions, OrderRequest } from "./broker/order-request.ts";
import type { TradeEvent } from "./broker/round-trip.ts";
import type { Duration } from "./duration.ts";
import type { FeedView } from "./feeds/feed-view.ts";
import type { OrderDesk } from "./order-desk.ts";
import type { ParameterSpec, ParametersOf, ParameterValue } from "./parameter.ts";
import type { Recorder } from "./recorder.ts";
import type { Timer } from "./timer.ts";

/** What a run gives to its strategy. */
export interface StrategyHost {
  readonly params: Readonly<Record<string, ParameterValue>>;
  /** In order of declaration; the first is `data`. */
  readonly feeds: readonly FeedView[];
  readonly desk: OrderDesk;
  readonly recorder: Recorder;
  readonly timer: Timer;
}

export type { Bracket, BracketRequest, OrderOptions, OrderRequest };

/** What is held of a feed's instrument. */
export interface HeldPosition {
  /** Base units, negative for a short, 0 when flat. */
  readonly size: number;
  /** Average price of the entries, quote currency; 0 when flat. */
  readonly price: number;
}

/**
 * What every strategy can do. Extend `Strategy({…})`, which adds the parameters. Between bars nothing but `state` and
 * the indicators may change: the instance is frozen after construction, and `state` holds plain data. Private fields
 * (`#count`) are refused, as a restart would lose them; private methods are fine.
 */
export abstract class StrategyBase<Parameters, FeedName extends string> {
  /** The first feed. */
  readonly data: FeedView;
  /** The further feeds, by name. */
  readonly feeds: Readonly<Record<FeedName, FeedView>>;
  readonly params: Parameters;
  /** What is held of the first feed's instrument. */
  readonly position: HeldPosition;
  private readonly host: StrategyHost;

  constructor(host: StrategyHost) {
    this.host = host;
    this.data = host.feeds[0]!;
    this.feeds = Object.freeze(Object.fromEntries(host.feeds.slice(1).map((view) => [view.name, view]))) as Readonly<
      Record<FeedName, FeedView>
    >;
    this.params = host.params as Parameters;
    this.position = host.desk.account(0).position;
  }

  /** Quote currency. */
  get cash(): number {
    return this.host.desk.cash;
  }

  /** Cash and positions at the last close, quote currency. */
  get value(): number {
    return this.host.desk.value;
  }

  /** The cycle's time, ms UTC: the last millisecond of the bar. */
  get time(): number {
    return this.host.recorder.time;
  }

  /** What is held of a feed's instrument. */
  positionOf(feed: FeedView): HeldPosition {
    return this.host.desk.account(feed.index).position;
  }

  /** Buys, at the next open unless the request says otherwise. Null where the size is 0. Throws RangeError for nonsense. */
  buy(request: OrderRequest): OrderId | null {
    return this.host.desk.trade(1, request);
  }

  /** Sells, at the next open unless the request says otherwise. Null where the size is 0. */
  sell(request: OrderRequest): OrderId | null {
    return this.host.desk.trade(-1, request);
  }

  /**
   * Buys with a stop below and a limit above that may fill once the main order is completed; one end of either, or of
   * the main order, ends the rest.
   */
  buyBracket(request: BracketRequest): Bracket {
    return this.host.desk.bracket(1, request);
  }

  /** The mirror image: sells with a stop above and a limit below. */
  sellBracket(request: BracketRequest): Bracket {
    return this.host.desk.bracket(-1, request);
  }

  /** Trades the whole position away, at the next open unless told otherwise. Null where there is none. */
  close(options?: OrderOptions): OrderId | null {
    return this.host.desk.close(options);
  }

  /** Cancels an order that lives, and with it its group and bracket; does nothing to any other. */
  cancel(id: OrderId): void {
    this.host.desk.cancel(id);
  }

  /** Orders what leads to holding `target` base units. Null where it is met to within a step. */
  orderTargetSize(target: number, options?: OrderOptions): OrderId | null {
    return this.host.desk.targetSize(target, options);
  }

  /** Orders what leads to holding `target` of quote currency at the last close. Null where it is met to within a step. */
  orderTargetValue(target: number, options?: OrderOptions): OrderId | null {
    return this.host.desk.targetValue(target, options);
  }

  /** Orders what leads to holding the fraction `target` of the portfolio's value. Null where it is met to within a step. */
  orderTargetPercent(target: number, options?: OrderOptions): OrderId | null {
    return this.host.desk.targetPercent(target, options);
  }

  /** An order as it is now; null once its end was told and that bar is over. */
  order(id: OrderId): OrderEvent | null {
    return this.host.desk.order(id);
  }

  /** Writes a line into the run's results, cut after 10,000 characters. */
  log(text: string): void {
    this.host.recorder.log(text);
  }

  /**
   * Has `notifyTimer` called in the first cycle that reaches or passes each multiple of `duration` since 1970, UTC.
   * Once, in a field: `readonly beat = this.every("4h")`; gives its ms. Throws InputError anywhere else.
   */
  protected every(duration: Duration): number {
    return this.host.timer.set(duration);
  }

  /**
   * In a run that cheats on open: before a bar is traded and indicators move, with its open in `feed.opening`. Market
   * orders made here fill at that open. While minimum periods were not reached by the bar before.
   */
  prenextOpen(): void {}

  /** The same once they were. */
  nextOpen(): void {}

  /** Called before `next` and its like, once a cycle. `time`: the multiple reached last, ms UTC. */
  notifyTimer(_time: number): void {}

  /** A bar before the minimum periods are reached, or before trading starts. */
  prenext(): void {}

  /** The bar at which the minimum periods are reached; `next()` unless overridden. */
  nextstart(): void {
    this.next();
  }

  /** Each further bar. */
  next(): void {}

  /** Called before `next` for each status change of an order since the last bar. */
  notifyOrder(_order: OrderEvent): void {}

  /** Called after `notifyOrder` for each round trip that opened or closed. */
  notifyTrade(_trade: TradeEvent): void {}
}

/** Any strategy. */
export type AnyStrategy = StrategyBase<unknown, string>;

/** A strategy's class, as runs and catalogs take it. */
export interface StrategyClass {
  new (host: StrategyHost): AnyStrategy;
  readonly name: string;
  readonly prototype: AnyStrategy;
  readonly parameters: ParameterSpec;
  /** Names of the feeds after the first. */
  readonly feeds: readonly string[];
  /** How many bars back `ago` can read, at least. */
  readonly lookback: number;
  /** Whether the values make sense together; sweeps skip those that do not. */
  valid(params: Readonly<Record<string, ParameterValue>>): boolean;
}

/**
 * The class to extend: `class SmaCross extends Strategy({ fast: int(10, { min: 2, max: 200 }) })`. Further feeds are
 * named by the second argument (or by `static feeds`): `Strategy({…}, ["slow"])` gives `this.feeds.slow`.
 */
export function Strategy<const Spec extends ParameterSpec, const FeedName extends string = string>(
  parameters: Spec,
  feeds: readonly FeedName[] = [],
) {
  abstract class WithParameters extends StrategyBase<ParametersOf<Spec>, FeedName> {
    static readonly parameters: Spec = parameters;
    static readonly feeds: readonly string[] = feeds;
    static readonly lookback: number = 100;

    static valid(_params: ParametersOf<Spec>): boolean {
      return true;
    }
  }
  return WithParameters;
}
