import type { Candle } from "../market/candle.ts";
import { InputError } from "../market/input-error.ts";
import { type Coverage, type Interval, joinIntervals } from "../market/interval.ts";
import type { IdScheme, TickColumns, TickKind } from "../market/tick.ts";
import { childOf, TIMEFRAMES, type Timeframe, windowClose, windowOpen } from "../market/timeframe.ts";
import { BaseWindows } from "./base-windows.ts";
import type { Evidence } from "./completeness.ts";
import { Rollup } from "./rollup.ts";
import { TickFolder } from "./tick-folder.ts";
import { HashMemory, SequenceMemory, type TickMemory } from "./tick-memory.ts";
import type { GapClosedRecord, TickRecord, TicksRecord } from "./tick-record.ts";
import { joinSummaries, type TradeSummary } from "./trade-summary.ts";
import { candleOf, type WindowChange } from "./window-state.ts";

/** How long after its end a window is restated by late trades, ms of event time. */
export const LATENESS = 15 * 60_000;

/**
 * A record that moves time further, ms, is refused: it would close too many windows at once. Sources cut their time into
 * steps of an hour; this leaves room for those that were away.
 */
export const LONGEST_LEAP = 7 * 24 * 3_600_000;

/** What one record of an instrument caused. */
export interface Folded {
  /** Revisions in the order they came about. */
  readonly candles: readonly Candle[];
  /** Spans with trades that came too late to be folded here: to be rebuilt from stored ticks. */
  readonly dirty: readonly Interval[];
  readonly coverage: readonly Coverage[];
  /** Time at which the instrument ended, ms UTC, exclusive; null where the record does not end it. */
  readonly ended: number | null;
}

/** A block said to come before the one at hand that is not here (yet). */
export interface AwaitedBlock extends Interval {
  readonly previousId: number;
}

/** All that an aggregator knows, for its codec. */
export interface AggregatorState {
  readonly kind: TickKind | null;
  readonly memory: TickMemory | null;
  readonly watermark: number;
  /** Open time of the next window to close; null before the first one. */
  readonly nextOpen: number | null;
  /** Greatest event time seen. */
  readonly latest: number;
  readonly open: ReadonlyMap<number, TradeSummary>;
  readonly base: BaseWindows;
  readonly rollups: readonly Rollup[];
  readonly lost: readonly Interval[];
  readonly awaited: readonly AwaitedBlock[];
  /** Time from which no trade comes, ms UTC; null while the instrument goes on. */
  readonly endedAt: number | null;
}

/**
 * Ticks of one instrument → candles of every timeframe, in event time: one fold, record by record. From the first trade
 * on every window yields exactly one revision 0 when the watermark passes its end; late trades restate it and the
 * windows merged from it. However the ticks are cut into records, the same candles come out.
 */
export class Aggregator {
  readonly instrument: string;
  readonly timeframes: readonly Timeframe[];
  readonly #folder = new TickFolder();
  readonly #base: BaseWindows;
  readonly #rollups: readonly Rollup[];
  #kind: TickKind | null;
  #memory: TickMemory | null;
  #watermark: number;
  #nextOpen: number | null;
  #latest: number;
  #open: Map<number, TradeSummary>;
  #lost: readonly Interval[];
  #awaited: readonly AwaitedBlock[];
  #endedAt: number | null;
  #candles: Candle[] = [];
  #dirty: Interval[] = [];
  #coverage: Coverage[] = [];

  /** `timeframes`: ascending, each but the first with the timeframe that tiles it. Throws RangeError otherwise. */
  constructor(instrument: string, timeframes: readonly Timeframe[], state?: AggregatorState) {
    const [shortest, ...longer] = timeframes;
    if (shortest === undefined) throw new RangeError("an aggregator needs at least one timeframe");
    for (const [i, timeframe] of longer.entries()) {
      if (!timeframes.slice(0, i + 1).includes(childOf(timeframe)!)) {
        throw new RangeError(`${timeframe} is merged from ${childOf(timeframe)}, which does not come before it`);
      }
      if (TIMEFRAMES.indexOf(timeframe) <= TIMEFRAMES.indexOf(timeframes[i]!)) {
        throw new RangeError(`timeframes must ascend, but ${timeframe} comes after ${timeframes[i]}`);
      }
    }
    this.instrument = instrument;
    this.timeframes = timeframes;
    this.#base = state?.base ?? new BaseWindows(shortest);
    this.#rollups = state?.rollups ?? longer.map((timeframe) => new Rollup(timeframe));
    this.#kind = state?.kind ?? null;
    this.#memory = state?.memory ?? null;
    this.#watermark = state?.watermark ?? Number.NEGATIVE_INFINITY;
    this.#nextOpen = state?.nextOpen ?? null;
    this.#latest = state?.latest ?? Number.NEGATIVE_INFINITY;
    this.#open = new Map(state?.open);
    this.#lost = state?.lost ?? [];
    this.#awaited = state?.awaited ?? [];
    this.#endedAt = state?.endedAt ?? null;
  }

  /** All ticks before it are folded, ms UTC; −Infinity before the first record. */
  get watermark(): number {
    return this.#watermark;
  }

  get state(): AggregatorState {
    return {
      kind: this.#kind,
      memory: this.#memory,
      watermark: this.#watermark,
      nextOpen: this.#nextOpen,
      latest: this.#latest,
      open: this.#open,
      base: this.#base,
      rollups: this.#rollups,
      lost: this.#lost,
      awaited: this.#awaited,
      endedAt: this.#endedAt,
    };
  }

  /**
   * Folds one record. Throws InputError 'conflict' for ticks of another kind than the instrument's, and 'bad-data' for
   * time that leaps by more than `LONGEST_LEAP`, changing nothing. The silence between an end and the next trade may be
   * longer.
   */
  fold(record: TickRecord): Folded {
    this.#refuseLeap(record);
    this.#candles = [];
    this.#dirty = [];
    this.#coverage = [];
    let ended: number | null = null;
    switch (record.kind) {
      case "ticks":
        this.#foldTicks(record);
        this.#advance(record.watermark);
        break;
      case "heartbeat":
        this.#advance(record.watermark);
        break;
      case "gap-opened":
        break;
      case "gap-closed":
        this.#foldGap(record);
        break;
      case "ended":
        if (this.#end(record.at)) ended = record.at;
        break;
      default:
        record satisfies never;
    }
    const dirty = this.#dirty.length > 1 ? joinIntervals(this.#dirty) : this.#dirty;
    return { candles: this.#candles, dirty, coverage: this.#coverage, ended };
  }

  get #evidence(): Evidence {
    // The watermark is the source's word that it told everything before it.
    return { ids: this.#ids, lost: this.#lost, vouched: () => true };
  }

  get #ids(): IdScheme {
    return this.#memory instanceof HashMemory ? "hash" : "sequence";
  }

  #refuseLeap(record: TickRecord): void {
    if (record.kind === "gap-opened" || record.kind === "gap-closed") return;
    // Of an instrument that has ended only trades are news.
    if (this.#endedAt !== null && (record.kind !== "ticks" || record.ticks.length === 0)) return;
    const time = record.kind === "ended" ? record.at : record.watermark;
    let start = this.#endedAt === null ? this.#nextOpen : null;
    if (start === null) {
      start = this.#endedAt ?? Number.POSITIVE_INFINITY;
      if (this.#endedAt === null) for (const openTime of this.#open.keys()) start = Math.min(start, openTime);
      if (record.kind === "ticks") {
        const first = record.ticks.ts.reduce((least, ts) => Math.min(least, ts), Number.POSITIVE_INFINITY);
        start = this.#endedAt === null ? Math.min(start, first) : Math.max(start, first);
      }
    }
    if (!(time - start > LONGEST_LEAP)) return;
    throw new InputError(
      "bad-data",
      `a record of ${this.instrument} moves time from ${new Date(start).toISOString()} to ` +
        `${new Date(time).toISOString()}: at most 7 days are taken at once, so send heartbeats of an hour each between, ` +
        "or say that the instrument ended",
    );
  }

  #foldTicks(record: TicksRecord): void {
    const { ticks, previousId } = record;
    if (ticks.length === 0) return;
    const memory = this.#memoryFor(ticks);
    const missing = previousId !== null && this.#latest > Number.NEGATIVE_INFINITY && !memory.has(previousId);
    const { fresh, forgotten } = memory.sift(ticks);
    for (const ts of forgotten) this.#markDirty(ts);
    // A block that comes again says nothing new about the one before it, which may be forgotten by now.
    if (missing && fresh.length > 0) this.#await(previousId, fresh);
    if (this.#awaited.length > 0) this.#awaited = this.#awaited.filter((block) => !memory.has(block.previousId));
    this.#join(fresh);
  }

  #await(previousId: number, ticks: TickColumns): void {
    if (this.#awaited.some((block) => block.previousId === previousId)) return;
    // A trade that comes late tells nothing of when the block before was made.
    const punctual = ticks.ts.filter((ts) => ts >= this.#watermark);
    const first = (punctual.length > 0 ? punctual : ticks.ts).reduce((least, ts) => Math.min(least, ts));
    this.#awaited = [...this.#awaited, { previousId, from: Math.min(this.#latest, first), to: first + 1 }];
  }

  #memoryFor(ticks: TickColumns): TickMemory {
    if (this.#memory !== null && (ticks.kind !== this.#kind || ticks.ids !== this.#ids)) {
      throw new InputError(
        "conflict",
        `${this.instrument} has ${this.#kind} ticks with ${this.#ids} ids; a block of ${ticks.kind} ticks with ` +
          `${ticks.ids} ids cannot join them, as their ids differ: use one kind of source for an instrument`,
      );
    }
    this.#kind = ticks.kind;
    this.#memory ??= ticks.ids === "sequence" ? new SequenceMemory() : new HashMemory();
    return this.#memory;
  }

  #join(ticks: TickColumns): void {
    const { timeframe } = this.#base;
    const late = new Map<number, TradeSummary>();
    for (let i = 0; i < ticks.length; ) {
      const openTime = windowOpen(timeframe, ticks.ts[i]!);
      const closeTime = windowClose(timeframe, openTime);
      const { taken, summary } = this.#folder.fold(ticks, i, ticks.length, openTime, closeTime);
      this.#latest = Math.max(this.#latest, summary.closeTs);
      if (this.#nextOpen === null || openTime >= this.#nextOpen) {
        if (this.#endedAt !== null) this.#resume(this.#endedAt, summary.openTs);
        this.#open.set(openTime, joinSummaries(this.#open.get(openTime) ?? null, summary)!);
      } else if (this.#base.find(openTime) === null) this.#dirty.push({ from: openTime, to: closeTime });
      else late.set(openTime, joinSummaries(late.get(openTime) ?? null, summary)!);
      i += taken;
    }
    if (late.size > 0) this.#restate(late);
  }

  #restate(late: ReadonlyMap<number, TradeSummary>): void {
    const { changes, contradicted } = this.#base.restate(late, this.#evidence);
    if (contradicted !== null) this.#dirty.push(contradicted);
    this.#publish(changes, Number.NEGATIVE_INFINITY);
  }

  #foldGap(record: GapClosedRecord): void {
    if (!record.lost || record.from >= record.to) return;
    this.#loseSpan(record.from, record.to, record.reason);
    this.#restate(new Map());
  }

  #loseSpan(from: number, to: number, reason: string): void {
    this.#coverage.push({ from, to, kind: "lost", reason });
    if (this.#mayMatter({ from, to })) this.#lost = joinIntervals([...this.#lost, { from, to }]);
  }

  /** Whether a lost span reaches into what can be restated, or past the last trade, which the next may contradict. */
  #mayMatter(span: Interval): boolean {
    const { windows, last } = this.#base;
    return windows.length === 0 || span.to > Math.min(windows[0]!.openTime, last?.ts ?? Number.POSITIVE_INFINITY);
  }

  #advance(watermark: number): void {
    if (this.#endedAt !== null || watermark <= this.#watermark) return;
    this.#watermark = watermark;
    this.#closeWindows(watermark);
  }

  /** Returns whether this is news: what ended already, or was traded again since, is only told again. */
  #end(at: number): boolean {
    if (this.#endedAt !== null || at < this.#watermark) return false;
    this.#endedAt = at;
    this.#watermark = Math.max(this.#watermark, at);
    const { timeframe } = this.#base;
    const near = [...this.#open.keys()].filter((openTime) => openTime - at <= LONGEST_LEAP);
    const lastOpen = Math.max(...near, windowOpen(timeframe, at - 1));
    this.#closeWindows(windowClose(timeframe, lastOpen));
    this.#publish([], Number.POSITIVE_INFINITY);
    return true;
  }

  /** The instrument is traded again at `ts`: nobody watched in between. */
  #resume(endedAt: number, ts: number): void {
    this.#endedAt = null;
    // Time is past the end now, even where the source vouches for no more yet.
    this.#watermark = Math.max(this.#watermark, endedAt + 1);
    if (this.#nextOpen !== null && endedAt < ts) this.#loseSpan(endedAt, ts, "taken off, and traded again later");
  }

  #closeWindows(until: number): void {
    const { timeframe } = this.#base;
    while (this.#nextOpen !== null || this.#open.size > 0) {
      const openTime: number = this.#nextOpen ?? Math.min(...this.#open.keys());
      const closeTime = windowClose(timeframe, openTime);
      if (closeTime > until) return;
      this.#giveUpWaiting(closeTime);
      const summary = this.#open.get(openTime) ?? null;
      this.#open.delete(openTime);
      const { changes, contradicted } = this.#base.close(openTime, summary, this.#evidence);
      if (contradicted !== null) this.#dirty.push(contradicted);
      this.#nextOpen = closeTime;
      this.#publish(changes, closeTime);
      this.#forget(closeTime);
    }
  }

  /** A block that was announced and has not come by the time its span closes is lost. */
  #giveUpWaiting(closeTime: number): void {
    const overdue = this.#awaited.filter((block) => block.to <= closeTime);
    if (overdue.length === 0) return;
    this.#awaited = this.#awaited.filter((block) => block.to > closeTime);
    for (const { from, to, previousId } of overdue) {
      this.#loseSpan(from, to, `the block that ends with id ${previousId} never came`);
    }
    this.#restate(new Map());
  }

  #forget(now: number): void {
    const time = now - LATENESS;
    this.#base.forget(time);
    for (const rollup of this.#rollups) rollup.forget(time);
    // While nothing is traded, the ids of the last trades stay: a source that comes back names or repeats them.
    this.#memory?.forget(Math.min(now, this.#latest));
    if (this.#lost.length > 0) this.#lost = this.#lost.filter((span) => this.#mayMatter(span));
  }

  /** Publishes changes of the shortest timeframe with all that follows, and closes longer windows that end by `time`. */
  #publish(baseChanges: readonly WindowChange[], time: number): void {
    const byTimeframe = new Map<Timeframe, readonly WindowChange[]>([[this.#base.timeframe, baseChanges]]);
    this.#emit(this.#base.timeframe, baseChanges);
    for (const rollup of this.#rollups) {
      const incoming = byTimeframe.get(rollup.child) ?? [];
      const changes = incoming.length === 0 && time !== Number.POSITIVE_INFINITY ? [] : rollup.apply(incoming);
      if (time !== Number.NEGATIVE_INFINITY) changes.push(...rollup.close(time));
      byTimeframe.set(rollup.timeframe, changes);
      this.#emit(rollup.timeframe, changes);
    }
  }

  #emit(timeframe: Timeframe, changes: readonly WindowChange[]): void {
    if (changes.length === 0) return;
    const series = {
      instrument: this.instrument,
      timeframe,
      origin: "live",
      sequentialIds: this.#ids === "sequence",
    } as const;
    for (const change of changes) this.#candles.push(candleOf(series, change.window, change.reason));
  }

  #markDirty(ts: number): void {
    const from = windowOpen(this.#base.timeframe, ts);
    this.#dirty.push({ from, to: windowClose(this.#base.timeframe, from) });
  }
}
