import type { Candle } from "../market/candle.ts";
import { candleColumnsOf } from "../market/candle-columns.ts";
import { cutText } from "../market/cut-text.ts";
import { instrumentKey } from "../market/instrument.ts";
import { type Timeframe, windowClose, windowOpen } from "../market/timeframe.ts";
import type { LogRecord } from "../ports/event-log.ts";
import type { ArtefactRun, RunArtefact } from "../ports/run-artefacts.ts";
import type { WatchOutcome } from "../ports/watchdog.ts";
import type { CandlesRecord } from "../wire/candle-records.ts";
import { RECORD_BYTES } from "../wire/record-bytes.ts";
import { encodeRunEventsInParts, encodeRunHash } from "../wire/run-event-records.ts";
import { REPLAY_CANDLES, RUN_EVENTS } from "../wire/topics.ts";
import type { DecodedCandles } from "./decoded-candles.ts";
import { letterOf } from "./letters.ts";
import { encodeLiveRun, type LiveRunState } from "./live-run-state.ts";
import { advanceByDays } from "./midnight-hashes.ts";
import type { RunPlan } from "./run-plan.ts";
import type { Output, StageState } from "./stage.ts";

/** A live run's state while a batch is folded into it. */
export interface SteppedRun extends StageState {
  /** Folds what it has kept; returns what that causes. */
  foldKept(): readonly Output[];
  /**
   * The step did not come back: what it was about to do is lost, and so is the run.
   * @param seconds that one step may be at work @param patience how many times longer it was waited for
   */
  neverBack(outcome: Exclude<WatchOutcome, "done">, seconds: number, patience: number): void;
}

/** Records that a run keeps at most while it waits. What came before them it takes from the store. */
const MOST_KEPT = 1_000;

/** A run that cannot go on yet: it keeps records until it can. */
export class WaitingRun implements SteppedRun {
  readonly #state: Exclude<LiveRunState, { readonly status: "failed" }>;
  readonly #batch: DecodedCandles;
  readonly #kept: LogRecord[];

  constructor(state: Exclude<LiveRunState, { readonly status: "failed" }>, batch: DecodedCandles) {
    this.#state = state;
    this.#batch = batch;
    this.#kept = [...state.kept];
  }

  fold(record: LogRecord): readonly Output[] {
    // Poison is not kept: as text its bytes could come back as something that can be read.
    if (this.#batch.of(record) !== null) this.#kept.push(record);
    return [];
  }

  foldKept(): readonly Output[] {
    return [];
  }

  neverBack(): void {}

  encode(): Uint8Array {
    return encodeLiveRun({ ...this.#state, kept: this.#kept.slice(-MOST_KEPT) });
  }
}

/** A run that is over: it takes nothing any more. */
export class EndedRun implements SteppedRun {
  readonly #state: LiveRunState;

  constructor(state: LiveRunState) {
    this.#state = state;
  }

  fold(): readonly Output[] {
    return [];
  }

  foldKept(): readonly Output[] {
    return [];
  }

  neverBack(): void {}

  encode(): Uint8Array {
    return encodeLiveRun(this.#state);
  }
}

/** What a live run goes on from. */
export interface LiveStart {
  readonly id: string;
  readonly plan: RunPlan;
  readonly artefact: RunArtefact;
  /** Makes the run, or restores it. Runs code of the strategy. */
  readonly begin: () => ArtefactRun;
  readonly firstCloses: readonly (number | null)[];
  /** Its clock so far, ms UTC. */
  readonly clock: number;
  readonly ended: readonly string[];
  readonly kept: readonly LogRecord[];
  /** What the stream skipped before some records. */
  readonly missed: ReadonlyMap<LogRecord, CandlesRecord>;
}

/** Frames of a stack that a failure tells. */
const MOST_FRAMES = 3;

/** UTF-16 units of a failure's message, and of each frame: the run's record holds them. */
const LONGEST_WHY = 3_000;

/** Bytes of what a run puts out in one record at most, with which every topic takes it. */
const MOST_OUTPUT = RECORD_BYTES - 10_000;

/**
 * What a run fails for, whatever it was: nothing but its own code and data are at work where it is asked for. An
 * artefact's errors are of classes of its own, which have the same names.
 */
function reasonOf({ artefact, plan }: LiveStart, error: unknown): string {
  try {
    if (!(error instanceof Error)) return `strategy ${plan.strategy} threw ${String(error)}`;
    const known = error.name === "StrategyError" || error.name === "PlainDataError";
    const thrown = known ? error.cause : error;
    const frames = thrown instanceof Error ? artefact.framesOf(thrown) : [];
    const what = known ? error.message : `strategy ${plan.strategy} cannot go on: ${error.message}`;
    return [
      cutText(what, LONGEST_WHY),
      ...frames.slice(0, MOST_FRAMES).map((frame) => cutText(`    at ${frame}`, LONGEST_WHY)),
    ].join("\n");
  } catch {
    return `strategy ${plan.strategy} threw what cannot be told in words: let it throw an Error`;
  }
}

/**
 * A run on the stream. Takes a candle only if it is revision 0, ends after what its feed was told, does not open before
 * the warm-up and does not close after the plan's end. The run does not wait for an instrument that has ended; where that
 * is traded again, its feeds are like any others again, and what closes before the cycles that ran without them goes to
 * dead letters.
 */
export class LiveRun implements SteppedRun {
  readonly #start: LiveStart;
  readonly #batch: DecodedCandles;
  readonly #kept: LogRecord[];
  readonly #ended: Set<string>;
  #run: ArtefactRun | null = null;
  #clock: number;
  #failure: string | null = null;

  constructor(start: LiveStart, batch: DecodedCandles) {
    this.#start = start;
    this.#batch = batch;
    this.#kept = [...start.kept];
    this.#ended = new Set(start.ended);
    this.#clock = start.clock;
  }

  fold(record: LogRecord): readonly Output[] {
    return [...this.foldKept(), ...this.#fold(record)];
  }

  foldKept(): readonly Output[] {
    return this.#kept.splice(0).flatMap((record) => this.#fold(record));
  }

  neverBack(outcome: Exclude<WatchOutcome, "done">, seconds: number, patience: number): void {
    const after = this.#clock === 0 ? "its first bar" : `the bar that closed at ${new Date(this.#clock).toISOString()}`;
    const { strategy } = this.#start.plan;
    this.#failure =
      outcome === "overran"
        ? `strategy ${strategy} took longer than ${seconds} s in one step, after ${after}: it loops for ever, ` +
          "or does too much in one bar"
        : `strategy ${strategy} did not come back within ${seconds * patience} s, after ${after}, though it was hardly at work: it ` +
          "waits for something, and hooks may not wait; or this machine is far too slow";
  }

  encode(): Uint8Array {
    if (this.#failure !== null) return encodeLiveRun({ status: "failed", why: this.#failure });
    try {
      const run = this.#opened();
      const { plan, firstCloses } = this.#start;
      const begun = {
        resultHash: run.clock > plan.tradeFrom ? run.resultHash() : null,
        clock: run.clock,
        told: plan.feeds.map((_, i) => run.told(i)),
        firstCloses,
        ended: [...this.#ended],
        snapshot: run.snapshot(),
      };
      return encodeLiveRun({ status: "live", begun, kept: this.#kept });
    } catch (error) {
      return encodeLiveRun({ status: "failed", why: reasonOf(this.#start, error) });
    }
  }

  #opened(): ArtefactRun {
    this.#run ??= this.#start.begin();
    return this.#run;
  }

  #fold(record: LogRecord): readonly Output[] {
    if (this.#failure !== null) return [];
    const decoded = this.#batch.of(record);
    const outputs: Output[] = [];
    // `archive` reports poison on the live topic.
    const poison = record.topic === REPLAY_CANDLES ? this.#batch.poison(record) : null;
    if (poison !== null) outputs.push(letterOf(record, poison));
    this.#guarded(() => {
      const run = this.#opened();
      this.#guarded(() => {
        for (const each of [this.#start.missed.get(record), decoded]) {
          const missed = each === undefined || each === null ? [] : this.#take(run, each);
          if (missed.length > 0) outputs.push(letterOf(record, this.#tooLate(missed)));
        }
        advanceByDays(run, this.#start.plan.tradeFrom, (stated) => {
          outputs.push(...this.#drained(run), this.#output(encodeRunHash({ run: this.#start.id, ...stated })));
        });
      });
      // What it did before it failed is kept.
      this.#clock = run.clock;
      outputs.push(...this.#drained(run));
    });
    return outputs;
  }

  /** Does work of the run; what that throws fails the run. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failure ??= reasonOf(this.#start, error);
    }
  }

  #drained(run: ArtefactRun): readonly Output[] {
    const events = run.drain();
    if (events.cycles.length === 0 && events.orders.length === 0 && events.logs.length === 0) return [];
    const { id, plan } = this.#start;
    const feeds = plan.feeds.map(({ feed }) => feed.name);
    const parts = encodeRunEventsInParts({ run: id, feeds, events });
    for (const { length } of parts) {
      // The engine cuts texts; one of an artefact may be older than that.
      if (length > MOST_OUTPUT)
        throw new Error(`it put out ${length} bytes in one bar, ${MOST_OUTPUT} are allowed at once`);
    }
    return parts.map((value) => this.#output(value));
  }

  #output(value: Uint8Array): Output {
    return { topic: RUN_EVENTS, key: this.#start.id, value };
  }

  #tooLate(missed: readonly Candle[]): string {
    const { instrument, timeframe, closeTime } = missed[0]!;
    return (
      `run ${this.#start.id} went on to ${new Date(this.#clock).toISOString()} while ${instrument} had ended: ` +
      `${missed.length} of its candles, the first of ${timeframe} that closed at ${new Date(closeTime).toISOString()}, ` +
      "came too late for it, so it differs from its backtest. Start a new run where that matters"
    );
  }

  /** Returns the bars that came too late for the run, which did not wait for them as their instrument had ended. */
  #take(run: ArtefactRun, record: CandlesRecord): Candle[] {
    const { plan } = this.#start;
    const key = instrumentKey(record.instrument);
    const end = plan.end ?? Number.POSITIVE_INFINITY;
    const closed = record.candles.filter((candle) => candle.revision === 0 && candle.closeTime <= end);
    // A record holds the candles of every timeframe that it closed: one that is not here has not ended by then. At the
    // end all windows are closed before their time, so there it says nothing of the shorter ones.
    // What the store gives may hold a longer one that closes later: it says how far it tells.
    const closedUpTo =
      record.told ??
      record.candles
        .filter((candle) => candle.revision === 0)
        .reduce((latest, candle) => Math.max(latest, candle.closeTime), Number.NEGATIVE_INFINITY);
    const feeds = plan.feeds.flatMap(({ feed, resampleOf }, i) =>
      resampleOf === undefined && instrumentKey(feed.instrument) === key ? [{ i, of: feed.timeframe }] : [],
    );
    const { ended } = record;
    // Once it is traded again, an end that is published twice is over.
    const ends = ended !== null && feeds.every(({ i, of }) => run.told(i) <= lastClose(of, ended));
    if (ends) this.#ended.add(key);
    const missed: Candle[] = [];
    for (const { i, of } of feeds) {
      const told = run.told(i);
      const fresh = closed.filter(
        ({ timeframe, openTime, closeTime }) => timeframe === of && closeTime > told && openTime >= plan.warmFrom,
      );
      const bars = candleColumnsOf(fresh.filter(({ closeTime }) => closeTime > run.clock));
      if (bars.length > 0) run.offer(i, bars, 0, bars.length);
      if (ends) {
        run.tell(i, bars.told);
        run.end(i);
      } else if (ended === null && Math.min(closedUpTo, end) > told) {
        run.tell(i, Math.min(closedUpTo, end));
        this.#ended.delete(key);
      }
      missed.push(...fresh.filter(({ closeTime, completeness }) => closeTime <= run.clock && completeness !== "gap"));
    }
    return missed;
  }
}

/** End of the last window of an instrument that ended at `ended`, ms UTC. */
function lastClose(timeframe: Timeframe, ended: number): number {
  return windowClose(timeframe, windowOpen(timeframe, ended - 1));
}
