import { PlainDataError } from "../engine/plain-data.ts";
import { StrategyError } from "../engine/strategy-error.ts";
import { ByteReader, ByteWriter } from "../market/bytes.ts";
import type { Candle } from "../market/candle.ts";
import { candleColumnsOf } from "../market/candle-columns.ts";
import { InputError } from "../market/input-error.ts";
import { instrumentKey } from "../market/instrument.ts";
import type { LogRecord } from "../ports/event-log.ts";
import type { RunRecord, RunRegistry } from "../ports/run-registry.ts";
import type { StrategyCatalog } from "../ports/strategy-catalog.ts";
import { type CandlesRecord, decodeCandlesRecord } from "../wire/candle-records.ts";
import { encodeDeadLetter } from "../wire/dead-letters.ts";
import { PoisonError } from "../wire/decoded.ts";
import { encodeRunEvents } from "../wire/run-event-records.ts";
import { DEAD_LETTERS, RUN_EVENTS } from "../wire/topics.ts";
import { describePlan, loadCode, parsePlan, type RunCode, type RunPlan } from "./run-plan.ts";
import { type Output, type StageKey, type StagePorts, type StageState, stepStage } from "./stage.ts";
import { type RestorableRun, restoreRun, type WarmStartPorts, warmRun } from "./warm-start.ts";

/** Name of the stage in checkpoints. */
export const STEP_STRATEGIES = "step-strategies";
const SCHEMA = 1;

/** What the state's bytes hold: records kept until the run can be warmed, the run, why it failed, or how it ended. */
const KEEPING = 0;
const RUNNING = 1;
const FAILED = 2;
const STOPPED = 3;

export interface StepStrategiesPorts extends StagePorts, WarmStartPorts {
  readonly runs: RunRegistry;
  readonly catalog: StrategyCatalog;
}

/**
 * A run's code is gone or was changed. Other code would give other results, so the run waits: its step is repeated until
 * the code is back, or the run is stopped.
 */
export class RunCodeWaits extends Error {
  override readonly name = "RunCodeWaits";
}

/**
 * Steps every live run over a batch of topic `candles`. A strategy that throws fails its run alone. A run that cannot be
 * stepped now does not keep the others from it: the first reason is thrown when all were tried, and with the batch
 * repeated those that have taken it skip it.
 */
export async function stepStrategies(ports: StepStrategiesPorts, records: readonly LogRecord[]): Promise<void> {
  const waiting: unknown[] = [];
  for (const run of await ports.runs.running()) {
    // A backtest is recorded as running while its results are written.
    if (run.kind === "backtest" || run.kind === "sweep") continue;
    const plan = parsePlan(run.definition);
    const instruments = new Set(plan.feeds.map(({ feed }) => instrumentKey(feed.instrument)));
    const own = records.filter((record) => instruments.has(record.key));
    if (own.length === 0) continue;
    try {
      const state = await stepStage(ports, stageKeyOf(ports, run, plan), own);
      if (state?.[0] === FAILED) await ports.runs.put({ ...run, status: "failed", error: failureIn(state) });
    } catch (error) {
      waiting.push(error);
    }
  }
  if (waiting.length > 0) throw waiting[0];
}

function stageKeyOf(ports: StepStrategiesPorts, record: RunRecord, plan: RunPlan): StageKey {
  const open = async (state: Uint8Array | null, fresh: readonly LogRecord[]): Promise<StageState> => {
    const reader = state === null ? null : new ByteReader(state);
    const tag = reader?.byte() ?? KEEPING;
    if (tag === FAILED || tag === STOPPED) return new EndedRun(state!);
    const kept = reader === null || tag === RUNNING ? [] : readRecords(reader);
    const code = await loadPinnedCode(ports.catalog, record, plan);
    if (tag === RUNNING) return new LiveRun(record.run, plan, restoreRun(plan, code, state!.subarray(1)));
    const warmed = await warmRun(ports, plan, code, decodeAll([...kept, ...fresh]));
    return warmed === null ? new KeptRecords(kept) : new LiveRun(record.run, plan, warmed, kept);
  };
  return { stage: STEP_STRATEGIES, key: record.run, schema: SCHEMA, open };
}

/** The code that a run was registered with. Throws RunCodeWaits where that is not there. */
async function loadPinnedCode(catalog: StrategyCatalog, record: RunRecord, plan: RunPlan): Promise<RunCode> {
  const waits = (why: string, options?: ErrorOptions): RunCodeWaits => {
    const remedy = "put the code back as it was, or stop the run and start a new one";
    return new RunCodeWaits(`run ${record.run} waits: ${why}; ${remedy}`, options);
  };
  let definition: string;
  let code: RunCode;
  try {
    code = await loadCode(catalog, plan.strategy);
    definition = describePlan(plan, code, null);
  } catch (cause) {
    if (cause instanceof InputError) throw waits(cause.message, { cause });
    throw cause;
  }
  if (definition === record.definition) return code;
  throw waits(`strategy ${plan.strategy} or the engine has changed since it was registered`);
}

/** How a live run ended. */
export interface RunEnd {
  /** Why it failed; null otherwise. */
  readonly failure: string | null;
  /** Null for a failed one. */
  readonly resultHash: string | null;
  /** Close time of the bars of its last cycle, ms UTC; 0 for a failed one. */
  readonly clock: number;
}

/**
 * Ends a live run for good, under the same condition as its steps, so that none comes between; repeats give the same. One
 * whose code is not there ends as failed, as nobody can tell its result. Null, and nothing is changed, where the run has
 * traded no bar yet.
 */
export async function stopLiveRun(
  ports: Pick<StepStrategiesPorts, "checkpoints" | "catalog">,
  record: RunRecord,
): Promise<RunEnd | null> {
  const plan = parsePlan(record.definition);
  for (;;) {
    const stored = await ports.checkpoints.load(STEP_STRATEGIES, record.run);
    const state = stored?.state ?? Uint8Array.of(KEEPING);
    if (state[0] === FAILED) return { failure: failureIn(state), resultHash: null, clock: 0 };
    if (state[0] === STOPPED) return stoppedIn(state);
    const next = await stoppedState(ports.catalog, record, plan, state);
    if (next === null) return null;
    const checkpoint = { schema: SCHEMA, state: next, fence: stored?.fence ?? [] };
    await ports.checkpoints.commit(STEP_STRATEGIES, record.run, stored?.version ?? 0, checkpoint);
  }
}

async function stoppedState(
  catalog: StrategyCatalog,
  record: RunRecord,
  plan: RunPlan,
  state: Uint8Array,
): Promise<Uint8Array | null> {
  try {
    const code = await loadPinnedCode(catalog, record, plan);
    if (state[0] === KEEPING) return null;
    const { run } = restoreRun(plan, code, state.subarray(1));
    if (run.clock <= plan.tradeFrom) return null;
    const out = new ByteWriter();
    out.byte(STOPPED);
    out.text(run.resultHash());
    out.double(run.clock);
    return out.finish();
  } catch (error) {
    if (error instanceof RunCodeWaits) return encodeFailure(`stopped without a result: ${error.message}`);
    throw error;
  }
}

function stoppedIn(state: Uint8Array): RunEnd {
  const input = new ByteReader(state.subarray(1));
  return { failure: null, resultHash: input.text(), clock: input.double() };
}

function failureIn(state: Uint8Array): string {
  return new ByteReader(state.subarray(1)).text();
}

/** Candles records, those that are poison left out: `archive` reports them. */
function decodeAll(records: readonly LogRecord[]): CandlesRecord[] {
  return records.flatMap((record) => {
    try {
      return [decodeCandlesRecord(record.value)];
    } catch (error) {
      if (error instanceof PoisonError) return [];
      throw error;
    }
  });
}

/** Keeps records until every instrument has sent one with candles. */
class KeptRecords implements StageState {
  readonly #records: LogRecord[];

  constructor(kept: readonly LogRecord[]) {
    this.#records = [...kept];
  }

  fold(record: LogRecord): readonly Output[] {
    // Poison is not kept: as text its bytes could come back as something that can be read.
    if (decodeAll([record]).length > 0) this.#records.push(record);
    return [];
  }

  encode(): Uint8Array {
    const out = new ByteWriter();
    out.byte(KEEPING);
    out.integer(this.#records.length);
    for (const { topic, partition, offset, appendTime, key, value } of this.#records) {
      out.text(topic);
      out.integer(partition);
      out.integer(offset);
      out.integer(appendTime);
      out.text(key);
      out.text(new TextDecoder().decode(value ?? new Uint8Array()));
    }
    return out.finish();
  }
}

function readRecords(input: ByteReader): LogRecord[] {
  return Array.from({ length: input.integer() }, () => ({
    topic: input.text(),
    partition: input.integer(),
    offset: input.integer(),
    appendTime: input.integer(),
    key: input.text(),
    value: new TextEncoder().encode(input.text()),
  }));
}

/** A run that is over: it takes nothing any more. */
class EndedRun implements StageState {
  readonly #state: Uint8Array;

  constructor(state: Uint8Array) {
    this.#state = state;
  }

  fold(): readonly Output[] {
    return [];
  }

  encode(): Uint8Array {
    return this.#state;
  }
}

function encodeFailure(why: string): Uint8Array {
  const out = new ByteWriter();
  out.byte(FAILED);
  out.text(why);
  return out.finish();
}

/** What a run fails for: its strategy threw, or keeps a state that cannot be saved. Throws any other error on. */
function reasonOf(error: unknown): string {
  if (error instanceof StrategyError || error instanceof PlainDataError) return error.message;
  throw error;
}

/**
 * A run on the stream. Takes a candle only if it is revision 0, ends after what its feed was told, and does not open
 * before the warm-up. The run does not wait for an instrument that has ended; where that is traded again, its feeds are
 * like any others again, and what closes before the cycles that ran without them goes to dead letters.
 */
class LiveRun implements StageState {
  readonly #id: string;
  readonly #plan: RunPlan;
  readonly #run: RestorableRun;
  readonly #kept: LogRecord[];
  #failure: string | null = null;

  constructor(id: string, plan: RunPlan, run: RestorableRun, kept: readonly LogRecord[] = []) {
    this.#id = id;
    this.#plan = plan;
    this.#run = run;
    this.#kept = [...kept];
  }

  fold(record: LogRecord): readonly Output[] {
    const kept = this.#kept.splice(0);
    return [...kept, record].flatMap((each) => this.#fold(each));
  }

  #fold(record: LogRecord): readonly Output[] {
    const { run } = this.#run;
    if (this.#failure !== null) return [];
    const records = decodeAll([record]);
    const outputs: Output[] = [];
    try {
      for (const decoded of records) {
        const missed = this.#take(decoded);
        if (missed.length > 0) outputs.push(this.#letter(record, missed));
      }
      run.advance();
    } catch (error) {
      this.#failure = reasonOf(error);
    }
    const events = run.drain();
    if (events.cycles.length === 0 && events.orders.length === 0 && events.logs.length === 0) return outputs;
    const feeds = this.#plan.feeds.map(({ feed }) => feed.name);
    outputs.push({ topic: RUN_EVENTS, key: this.#id, value: encodeRunEvents({ run: this.#id, feeds, events }) });
    return outputs;
  }

  #letter({ topic, partition, offset, key, value }: LogRecord, missed: readonly Candle[]): Output {
    const { instrument, timeframe, closeTime } = missed[0]!;
    const reason =
      `run ${this.#id} went on to ${new Date(this.#run.run.clock).toISOString()} while ${instrument} had ended: ` +
      `${missed.length} of its candles, the first of ${timeframe} that closed at ${new Date(closeTime).toISOString()}, ` +
      "came too late for it, so it differs from its backtest. Start a new run where that matters";
    return {
      topic: DEAD_LETTERS,
      key: topic,
      value: encodeDeadLetter({ topic, partition, offset, key, row: null, reason, value }),
    };
  }

  encode(): Uint8Array {
    if (this.#failure !== null) return encodeFailure(this.#failure);
    try {
      const run = this.#run.encode();
      const bytes = new Uint8Array(run.length + 1);
      bytes[0] = RUNNING;
      bytes.set(run, 1);
      return bytes;
    } catch (error) {
      return encodeFailure(reasonOf(error));
    }
  }

  /** Returns the bars that came too late for the run, which did not wait for them as their instrument had ended. */
  #take(record: CandlesRecord): Candle[] {
    const { run } = this.#run;
    const key = instrumentKey(record.instrument);
    const closed = record.candles.filter((candle) => candle.revision === 0);
    // A record holds the candles of every timeframe that it closed: one that is not here has not ended by then. At the
    // end all windows are closed before their time, so there it says nothing of the shorter ones.
    const closedUpTo = closed.reduce((latest, candle) => Math.max(latest, candle.closeTime), Number.NEGATIVE_INFINITY);
    const missed: Candle[] = [];
    for (const [i, { feed, resampleOf }] of this.#plan.feeds.entries()) {
      if (resampleOf !== undefined) continue;
      if (instrumentKey(feed.instrument) !== key) continue;
      const told = run.told(i);
      const fresh = closed.filter(
        ({ timeframe, openTime, closeTime }) =>
          timeframe === feed.timeframe && closeTime > told && openTime >= this.#plan.warmFrom,
      );
      const bars = candleColumnsOf(fresh.filter(({ closeTime }) => closeTime > run.clock));
      if (bars.length > 0) run.offer(i, bars, 0, bars.length);
      if (record.ended === null) run.tell(i, closedUpTo);
      else run.end(i);
      missed.push(...fresh.filter(({ closeTime, completeness }) => closeTime <= run.clock && completeness !== "gap"));
    }
    return missed;
  }
}
