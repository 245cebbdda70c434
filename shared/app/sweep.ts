import type { ParameterValue } from "../engine/parameter.ts";
import type { ToldCandles } from "../market/candle.ts";
import type { RunRecord, RunRegistry } from "../ports/run-registry.ts";
import { runIdOf } from "./backtest.ts";
import { hashTaken, takenRows } from "./run-on-columns.ts";
import { describePlan, feedNames, identityOf, type RunCode, type RunPlan, resolvedParams } from "./run-plan.ts";
import { type SweepJob, type SweepWorkers, shareColumns } from "./sweep-job.ts";

/** Records that are looked up, or stored, in one go at most. */
const CHUNK = 256;

export interface SweepPorts {
  readonly runs: RunRegistry;
  readonly workers: SweepWorkers;
}

/** One set of a sweep with what its run came to. */
export interface SweptSet {
  /** Place in the list of plans that the sweep was given, from 0. */
  readonly number: number;
  readonly plan: RunPlan;
  /** Of the backtest of the same plan. */
  readonly record: RunRecord;
  /** Whether the result was held before the sweep. */
  readonly known: boolean;
}

/** Candles of a strategy's feeds, and its code: what sweeps run on. */
export interface SweepGround {
  readonly columns: readonly ToldCandles[];
  readonly code: RunCode;
}

/**
 * Runs plans of one strategy over candles that are held once for all workers, and gives each as it is done. Results are
 * stored as they come: what is held, of an earlier sweep or a backtest, is not run again. Each equals the backtest of
 * its plan. A set that fails says why in its record; one whose worker was lost is not stored, and is tried again by the
 * next sweep.
 */
export async function* sweep(
  ports: SweepPorts,
  ground: SweepGround,
  plans: readonly RunPlan[],
  now: number,
): AsyncGenerator<SweptSet> {
  const shared = ground.columns.map(shareColumns);
  const pending = new Map<number, RunRecord>();
  const held: SweptSet[] = [];
  const identify = identifier(ground);
  async function* jobs(): AsyncGenerator<SweepJob> {
    for (let at = 0; at < plans.length; at += CHUNK) {
      const records = plans.slice(at, at + CHUNK).map((plan) => identify(plan, now));
      const known = new Map((await ports.runs.getAll(records.map(({ run }) => run))).map((each) => [each.run, each]));
      for (const [i, record] of records.entries()) {
        const number = at + i;
        const plan = plans[number]!;
        const found = known.get(record.run);
        if (found?.identity === record.identity && found.status !== "running") {
          held.push({ number, plan, record: found, known: true });
        } else if (shared.some((columns, feed) => isEmptyFor(plan, feed, columns))) {
          held.push({ number, plan, record: { ...record, error: "a feed has no candles in its span" }, known: false });
        } else {
          pending.set(number, record);
          yield { number, plan };
        }
      }
    }
  }
  const { strategy } = ground.code;
  const task = { strategy: strategy.name, bundleHash: strategy.bundleHash, columns: shared };
  // What is held leaves before workers are asked for, so that a repeat starts none.
  const source = jobs();
  let next = await source.next();
  yield* held.splice(0);
  if (next.done === true) return;
  async function* rest(): AsyncGenerator<SweepJob> {
    for (; next.done !== true; next = await source.next()) yield next.value;
  }
  const writer = new RecordWriter(ports.runs);
  try {
    for await (const { job, result, failure } of ports.workers.run(task, rest())) {
      const begun = pending.get(job.number)!;
      pending.delete(job.number);
      yield* held.splice(0);
      const record: RunRecord =
        result === null
          ? { ...begun, error: failure }
          : { ...begun, ...result, status: result.error === null ? "finished" : "failed" };
      if (result !== null) writer.write(record);
      yield { ...job, record, known: false };
    }
    yield* held.splice(0);
  } finally {
    await writer.finish();
  }
}

/** Stores records in the background: those that come while a write is under way go together into the next. */
class RecordWriter {
  readonly #runs: RunRegistry;
  #waiting: RunRecord[] = [];
  #writing: Promise<void> | null = null;
  #fault: { readonly error: unknown } | null = null;

  constructor(runs: RunRegistry) {
    this.#runs = runs;
  }

  /** Throws what an earlier write threw. */
  write(record: RunRecord): void {
    if (this.#fault !== null) throw this.#fault.error;
    this.#waiting.push(record);
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#runs.putAll(this.#waiting.splice(0, CHUNK));
    } catch (error) {
      this.#fault = { error };
    }
    this.#writing = null;
  }

  /** Resolves once everything is stored. Throws what a write threw. */
  async finish(): Promise<void> {
    await this.#writing;
    if (this.#fault !== null) throw this.#fault.error;
  }
}

function isEmptyFor(plan: RunPlan, feed: number, columns: ToldCandles): boolean {
  if (plan.feeds[feed]!.resampleOf !== undefined) return false;
  const { from, to } = takenRows(plan, columns);
  return from >= to;
}

/** Makes the record, not run yet, of each plan; candles are hashed once for each span. */
function identifier({ columns, code }: SweepGround): (plan: RunPlan, now: number) => RunRecord {
  const hashes = new Map<string, string>();
  return (plan, now) => {
    const span = `${plan.warmFrom}/${plan.end}`;
    const hash = hashes.get(span) ?? hashTaken(plan, columns);
    hashes.set(span, hash);
    const definition = describePlan(plan, code, hash);
    const identity = identityOf(definition);
    return {
      run: runIdOf(identity),
      version: 0,
      kind: "sweep",
      strategy: plan.strategy,
      feeds: feedNames(plan),
      params: resolvedParams(plan, code),
      definition,
      identity,
      created: now,
      status: "failed",
      error: null,
      resultHash: null,
      until: null,
      figures: null,
    };
  };
}

/** The plan with other values for the parameters that a set names. */
export function planWith(plan: RunPlan, set: Readonly<Record<string, ParameterValue>>): RunPlan {
  return { ...plan, params: { ...plan.params, ...set } };
}
