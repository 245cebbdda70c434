import type { CandleColumns } from "../market/candle.ts";
import { InputError } from "../market/input-error.ts";
import { Account } from "./broker/account.ts";
import { Broker } from "./broker/broker.ts";
import { FeedView } from "./feeds/feed-view.ts";
import type { Line } from "./feeds/line.ts";
import { ResampledFeeds } from "./feeds/resampled-feeds.ts";
import { Series } from "./feeds/series.ts";
import { Indicator } from "./indicators/indicator.ts";
import { OrderDesk } from "./order-desk.ts";
import { resolveParameters } from "./parameter.ts";
import { checkPlainData, readPlainData, writePlainData } from "./plain-data.ts";
import { Recorder } from "./recorder.ts";
import {
  commissionOf,
  type DefinitionText,
  describeDefinition,
  type RunDefinition,
  type RunFeed,
  readDefinition,
  requireFeeds,
  requireValid,
  SNAPSHOT_VERSION,
  writeDefinition,
} from "./run-definition.ts";
import type { RunEvents } from "./run-events.ts";
import { checkSizer } from "./sizers/sizer.ts";
import { SnapshotReader, SnapshotWriter } from "./snapshot.ts";
import { type AnyStrategy, StrategyBase } from "./strategy.ts";
import { StrategyCaller } from "./strategy-caller.ts";
import { StrategyError } from "./strategy-error.ts";
import { makeStrategy, replaceContent } from "./strategy-instance.ts";
import { shapeOf } from "./strategy-shape.ts";
import { Timer } from "./timer.ts";

/**
 * A strategy on its candles: the one engine of backtest, replay and paper trading. Offer bars and tell what is
 * complete, `advance()`, `drain()`; how the bars are cut into calls never changes a bit of the results.
 */
export class Run {
  private readonly definition: RunDefinition;
  private readonly definitionText: DefinitionText;
  private readonly feeds: readonly RunFeed[];
  private readonly series: readonly Series[];
  private readonly resampled: ResampledFeeds;
  private readonly broker: Broker;
  private readonly desk: OrderDesk;
  private readonly recorder: Recorder;
  private readonly strategy: AnyStrategy;
  private readonly state: Record<string, unknown>;
  private readonly timer = new Timer();
  private readonly cheatOnOpen: boolean;
  private readonly caller: StrategyCaller;
  private failure: StrategyError | null = null;

  /** Throws InputError for parameters, feeds or settings that the strategy cannot run with. */
  constructor(definition: RunDefinition) {
    const { strategy, broker } = definition;
    this.definition = definition;
    requireFeeds(strategy, definition.feeds);
    this.feeds = definition.feeds;
    if (!(broker.cash > 0 && broker.cash < Number.POSITIVE_INFINITY)) {
      throw new InputError("usage", `starting cash is ${broker.cash}: give an amount above 0`);
    }
    if (!Number.isSafeInteger(strategy.lookback) || strategy.lookback < 0) {
      throw new InputError(
        "usage",
        `lookback of ${strategy.name} is ${strategy.lookback}: give a number of bars from 0 on`,
      );
    }
    this.series = this.feeds.map(
      ({ firstClose }) =>
        new Series(firstClose === null ? Number.NEGATIVE_INFINITY : firstClose - 1, strategy.lookback),
    );
    this.resampled = new ResampledFeeds(this.feeds, this.series);
    const views = this.feeds.map(({ feed }, i) => new FeedView(feed, i, this.series[i]!));
    const { shortCash = true, cheatOnOpen = false, cheatOnClose = false, slippage, filler, sizer } = broker;
    if (sizer !== undefined) checkSizer(sizer);
    const accounts = this.feeds.map(
      (given, i) =>
        new Account(given.feed.name, i, given.spec, this.series[i]!, commissionOf(given, broker), shortCash),
    );
    this.cheatOnOpen = cheatOnOpen;
    this.recorder = new Recorder(this.feeds.length);
    const hears = {
      orders: strategy.prototype.notifyOrder !== StrategyBase.prototype.notifyOrder,
      trades: strategy.prototype.notifyTrade !== StrategyBase.prototype.notifyTrade,
    };
    const rules = { allowShort: broker.allowShort, cheatOnOpen, slippage, filler };
    this.broker = new Broker(broker.cash, rules, accounts, this.recorder, hears);
    this.desk = new OrderDesk(this.broker, this.recorder, sizer ?? null, cheatOnClose);
    const params = resolveParameters(strategy.parameters, definition.params, strategy.name);
    requireValid(strategy, params);
    const { desk, recorder, timer } = this;
    const instance = makeStrategy(strategy, { params, feeds: views, desk, recorder, timer });
    timer.seal();
    this.strategy = instance.strategy;
    this.state = instance.state;
    for (const series of this.series) series.seal();
    this.caller = new StrategyCaller(this.strategy, this.series);
    this.definitionText = describeDefinition(definition, () =>
      shapeOf(
        instance,
        views.map(({ name }, i) => ({ name, series: this.series[i]! })),
      ),
    );
  }

  /**
   * Gives bars from (inclusive) to (exclusive) of a feed, in order of closeTime, and tells the feed up to the last.
   * `candles` must not change until they are taken. Throws Error for a bar that does not end after what was told.
   */
  offer(feed: number, candles: CandleColumns, from: number, to: number): void {
    this.given(feed).offer(candles, from, to, this.feeds[feed]!.feed.name);
    this.resampled.offered(feed, candles, from, to);
  }

  /** Tells that a feed has no further bar that closes up to `closeTime` (ms UTC, inclusive). */
  tell(feed: number, closeTime: number): void {
    const series = this.given(feed);
    if (closeTime > series.told) {
      series.told = closeTime;
      series.ended = false;
    }
    this.resampled.told(feed);
  }

  /**
   * Tells that no further bar of a feed is expected: cycles wait for it no longer. One that is offered or told after all
   * makes it a feed like any other again.
   */
  end(feed: number): void {
    this.given(feed).ended = true;
    this.resampled.told(feed);
  }

  /** How far a feed was told, ms UTC, inclusive; its end tells no time. */
  told(feed: number): number {
    return this.feedOf(feed).told;
  }

  /** Close time of the last cycle's bars, ms UTC; 0 before the first cycle. */
  get clock(): number {
    return this.recorder.time === 0 ? 0 : this.recorder.time + 1;
  }

  /** Close time of the bars of the next cycle that can run, ms UTC; Infinity where none can. */
  get next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const series of this.series) next = Math.min(next, series.upcoming);
    return next <= this.horizon ? next : Number.POSITIVE_INFINITY;
  }

  /** Up to where every feed is told, ms UTC, inclusive. */
  private get horizon(): number {
    let horizon = Number.POSITIVE_INFINITY;
    for (const series of this.series) horizon = Math.min(horizon, series.horizon);
    return horizon;
  }

  /** A feed that is told from outside. */
  private given(feed: number): Series {
    if (this.resampled.has(feed)) {
      const { feed: made, resampleOf } = this.feeds[feed]!;
      throw new Error(`feed ${made.name} is made from ${resampleOf}: offer and tell that one alone`);
    }
    return this.feedOf(feed);
  }

  private feedOf(feed: number): Series {
    const series = this.series[feed];
    if (series === undefined) throw new Error(`the run has ${this.series.length} feeds, but no feed ${feed}`);
    return series;
  }

  /**
   * Runs every cycle that can run and whose bars close up to `until` (ms UTC, inclusive). Throws StrategyError if the
   * strategy does, then and ever after.
   */
  advance(until = Number.POSITIVE_INFINITY): void {
    if (this.failure !== null) throw this.failure;
    const horizon = Math.min(this.horizon, until);
    let cycles = 0;
    for (const series of this.series) cycles += series.waiting(horizon);
    this.recorder.reserve(cycles);
    try {
      while (this.load(horizon)) this.runLoaded();
      if (horizon === Number.POSITIVE_INFINITY) this.checkState();
    } catch (error) {
      this.failure = new StrategyError(this.definition.strategy.name, this.caller.hook, this.recorder.time, error);
      throw this.failure;
    } finally {
      this.recorder.hashCycles();
    }
  }

  /** A state that no snapshot could hold fails the run in hosts that take none, too. */
  private checkState(): void {
    this.caller.hook = "state";
    checkPlainData(this.state, "state");
  }

  /** Loads a block of each feed that has no bar left; false where no bar can be taken. */
  private load(horizon: number): boolean {
    this.caller.hook = "indicators";
    let any = false;
    for (const series of this.series) {
      series.load(horizon);
      if (series.next < Number.POSITIVE_INFINITY) any = true;
    }
    return any;
  }

  /** Runs cycles until a feed has taken its last loaded bar. */
  private runLoaded(): void {
    const { series, recorder } = this;
    const tradeFrom = this.definition.tradeFrom;
    const count = series.length;
    for (;;) {
      let time = Number.POSITIVE_INFINITY;
      for (let i = 0; i < count; i++) {
        const next = series[i]!.next;
        if (next < time) time = next;
      }
      recorder.time = time - 1;
      if (this.cheatOnOpen && time > tradeFrom) this.open(time);
      let more = true;
      for (let i = 0; i < count; i++) {
        const feed = series[i]!;
        if (feed.next !== time) continue;
        feed.take();
        if (feed.next === Number.POSITIVE_INFINITY) more = false;
      }
      if (time > tradeFrom) this.trade();
      else this.warmUp();
      if (!more) return;
    }
  }

  /** The open hook of the bars that close at `closeTime`, which are loaded but not taken. */
  private open(closeTime: number): void {
    const { series, desk } = this;
    let from = closeTime;
    for (const feed of series) from = Math.min(from, feed.begin(closeTime));
    desk.opened = from;
    this.caller.open();
    desk.opened = null;
    for (const feed of series) feed.opening = Number.NaN;
  }

  private warmUp(): void {
    const { broker, desk, caller } = this;
    if (!broker.notices.empty) broker.notices.deliver(caller);
    desk.closed = `no orders are taken before trading starts at ${new Date(this.definition.tradeFrom).toISOString()}`;
    caller.warmUp();
    desk.closed = null;
    broker.endCycle();
  }

  private trade(): void {
    const { broker, recorder, caller } = this;
    if (broker.busy) broker.cycle();
    if (!broker.notices.empty) broker.notices.deliver(caller);
    recorder.account(broker.cash, broker.value);
    const accounts = broker.accounts;
    for (let i = 0; i < accounts.length; i++) recorder.position(i, accounts[i]!.position.size);
    if (this.timer.runs) this.ring();
    caller.turn();
    broker.endCycle();
  }

  private ring(): void {
    const time = this.timer.ring(this.recorder.time);
    if (!Number.isNaN(time)) this.caller.ring(time);
  }

  /**
   * The strategy's indicators on its first feed, by field name, and their further lines (`bands`, `bands.top`); the
   * values are those of the last bar taken.
   */
  indicators(): ReadonlyMap<string, Line> {
    const lines = new Map<string, Line>();
    for (const [name, field] of Object.entries(this.strategy)) {
      if (!(field instanceof Indicator) || field.series !== this.series[0]) continue;
      lines.set(name, field);
      for (const [part, line] of Object.entries(field.lines)) {
        if (line !== field) lines.set(`${name}.${part}`, line);
      }
    }
    return lines;
  }

  /** Bars of each feed, in order, that indicators wait for before `next` is called. */
  get minPeriods(): readonly number[] {
    return this.series.map(({ minPeriod }) => minPeriod);
  }

  /** What happened since the last drain. */
  drain(): RunEvents {
    return this.recorder.drain();
  }

  /** 32 hex digits over all orders, fills, cash and equity so far; however the run was cut, drained or hosted. */
  resultHash(): string {
    return this.recorder.resultHash();
  }

  /**
   * The whole state, bars that wait included. Drain first: events are not part of it. Throws Error where events wait
   * or the run has failed, TypeError where the strategy's `state` is not plain data.
   */
  snapshot(): Uint8Array {
    if (this.failure !== null) throw this.failure;
    if (!this.recorder.empty) throw new Error("the run has events that a snapshot would lose: drain it first");
    const writer = new SnapshotWriter();
    writer.number(SNAPSHOT_VERSION);
    writeDefinition(writer, this.definitionText);
    for (const series of this.series) series.save(writer);
    this.resampled.save(writer);
    this.broker.save(writer);
    this.recorder.save(writer);
    this.timer.save(writer);
    this.caller.save(writer);
    writePlainData(writer, this.state, "state");
    return writer.bytes();
  }

  /** Goes on from a snapshot; only in a fresh instance. Throws InputError for one of another definition or engine. */
  restore(snapshot: Uint8Array): void {
    if (this.series.some((series) => series.taken > 0))
      throw new Error("a snapshot goes on only in a run without bars");
    const reader = new SnapshotReader(snapshot);
    const version = reader.number();
    if (version !== SNAPSHOT_VERSION) {
      throw new InputError(
        "conflict",
        `the snapshot has version ${version}, this engine reads version ${SNAPSHOT_VERSION}: continue it with the engine that wrote it`,
      );
    }
    readDefinition(reader, this.definitionText);
    for (const series of this.series) series.restore(reader);
    this.resampled.restore(reader);
    this.broker.restore(reader);
    this.recorder.restore(reader);
    this.timer.restore(reader);
    this.caller.restore(reader);
    replaceContent(this.state, readPlainData(reader) as Record<string, unknown>);
    if (!reader.finished) throw new RangeError("the snapshot goes on after its end: it was altered");
  }
}
