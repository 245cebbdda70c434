import type { ParameterValue } from "../engine/parameter.ts";
import type { CandleColumns } from "../market/candle.ts";
import type { RunRecord, RunRegistry } from "../ports/run-registry.ts";
import { runIdOf } from "./backtest.ts";
import { hashTaken, takenRows } from "./run-on-columns.ts";
import { describePlan, feedNames, identityOf, type RunCode, type RunPlan, resolvedParams } from "./run-plan.ts";
import { type SweepJob, type SweepWorkers, shareColumns } from "./sweep-job.ts";

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
  readonly columns: readonly CandleColumns[];
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
    for (const [number, plan] of plans.entries()) {
      const record = identify(plan, now);
      const known = await ports.runs.get(record.run);
      if (known?.identity === record.identity && known.status !== "running") {
        held.push({ number, plan, record: known, known: true });
      } else if (plan.feeds.some((_, i) => isEmptyFor(plan, shared[i]!))) {
        held.push({ number, plan, record: { ...record, error: "a feed has no candles in its span" }, known: false });
      } else {
        pending.set(number, record);
        yield { number, plan };
      }
    }
  }
  const { strategy } = ground.code;
  const task = { strategy: strategy.name, bundleHash: strategy.bundleHash, columns: shared };
  // Held results leave before workers are asked for, so that a repeat starts none.
  const source = jobs();
  let first = await source.next();
  yield* held.splice(0);
  if (first.done === true) return;
  async function* rest(): AsyncGenerator<SweepJob> {
    for (; first.done !== true; first = await source.next()) yield first.value;
  }
  for await (const { job, result, failure } of ports.workers.run(task, rest())) {
    const begun = pending.get(job.number)!;
    pending.delete(job.number);
    yield* held.splice(0);
    const { number, plan } = job;
    if (result === null) {
      yield { number, plan, record: { ...begun, error: failure }, known: false };
      continue;
    }
    const record: RunRecord = { ...begun, ...result, status: result.error === null ? "finished" : "failed" };
    await ports.runs.put(record);
    yield { number, plan, record, known: false };
  }
  yield* held.splice(0);
}

function isEmptyFor(plan: RunPlan, columns: CandleColumns): boolean {
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
      figures: null,
    };
  };
}

/** The plan with other values for the parameters that a set names. */
export function planWith(plan: RunPlan, set: Readonly<Record<string, ParameterValue>>): RunPlan {
  return { ...plan, params: { ...plan.params, ...set } };
}
