import { seededNumbers } from "../engine/random-walk.ts";
import type { CandleColumns } from "../market/candle.ts";
import { InputError } from "../market/input-error.ts";
import { type Difference, firstDifference } from "./check-difference.ts";
import type { CheckedRun, CheckJob, CheckTask, CheckWorkers } from "./check-job.ts";
import { joinWitnesses, type RunWitness } from "./check-witness.ts";
import { takenRows } from "./run-on-columns.ts";
import type { RunPlan } from "./run-plan.ts";
import { shareColumns } from "./sweep-job.ts";

/** One of the ways in which a strategy is tried. */
export type Trial = "truncated" | "poisoned" | "restored" | "sources";

/** What a trial came to. */
export interface Finding {
  readonly trial: Trial;
  /** Runs that were compared. */
  readonly runs: number;
  /** What was found, in words, each a sentence; none where all is well. */
  readonly faults: readonly string[];
}

/** What a check came to. */
export interface CheckResult {
  readonly bars: number;
  /** Close times of the bars at which data were cut, ms UTC. */
  readonly samples: readonly number[];
  readonly findings: readonly Finding[];
}

/** Bars at which the data are cut. */
const SAMPLES = 20;
/** Half of them are bars at which the strategy ordered something: there it has most to hide. */
const AT_ORDERS = SAMPLES / 2;
const HUGE = 1e12;

/**
 * Whether a strategy is honest: it is run again with the data cut off after a bar, with the future made NaN and huge,
 * with its state restored in a fresh process, and with another clock and source of randomness; each run must do
 * bit for bit what the first one did. Bars are chosen by `seed`. Throws InputError where the strategy fails on the data
 * as they are, and where these have fewer than three bars.
 */
export async function check(
  workers: CheckWorkers,
  plan: RunPlan,
  columns: readonly CandleColumns[],
  seed: number,
  progress: (fraction: number) => void,
): Promise<CheckResult> {
  const task: CheckTask = { plan, columns: columns.map(shareColumns) };
  const rows = takenRows(plan, columns[0]!);
  if (rows.to - rows.from < 3)
    throw new InputError(
      "no-data",
      `a check needs at least 3 bars, and there are ${rows.to - rows.from}: widen the span`,
    );
  const [base] = await runAll(workers, task, [{ kind: "whole", watched: false }], () => {});
  const expected = base!.witness;
  if (expected.failure !== null) {
    throw new InputError(
      "bad-data",
      `the strategy fails on these data as they are, so there is nothing to compare: ${expected.failure.message}`,
    );
  }
  const closes = columns[0]!.closeTime.subarray(rows.from, rows.to - 1);
  const samples = chooseSamples(closes, expected, seed);
  const steps = 4 * samples.length + 2;
  let done = 0;
  const step = (): void => progress(++done / steps);
  const cuts = samples.map((at): CheckJob => ({ kind: "truncated", at }));
  const poisons = [Number.NaN, HUGE].flatMap((price) =>
    samples.map((at): CheckJob => ({ kind: "poisoned", at, price })),
  );
  const truncated = compare("truncated", expected, cuts, await runAll(workers, task, cuts, step));
  const poisoned = compare("poisoned", expected, poisons, await runAll(workers, task, poisons, step));
  const restored = await restoreAt(workers, task, expected, samples, step);
  const [watched] = await runAll(workers, task, [{ kind: "whole", watched: true }], step);
  return {
    bars: rows.to - rows.from,
    samples,
    findings: [truncated, poisoned, restored, judgeSources(expected, watched!)],
  };
}

/** Runs jobs side by side; results in their order. Throws Error where one is lost. */
async function runAll(
  workers: CheckWorkers,
  task: CheckTask,
  jobs: readonly CheckJob[],
  step: () => void,
): Promise<CheckedRun[]> {
  const results = new Map<CheckJob, CheckedRun>();
  async function* source(): AsyncGenerator<CheckJob> {
    yield* jobs;
  }
  for await (const { job, result, failure } of workers.run(task, source())) {
    if (result === null) throw new InputError("bad-data", `the strategy could not be run: ${failure}`);
    results.set(job, result);
    step();
  }
  return jobs.map((job) => results.get(job)!);
}

/** Close times, sorted. */
function chooseSamples(closes: Float64Array, { orders }: RunWitness, seed: number): number[] {
  const random = seededNumbers(seed);
  const pick = (from: ArrayLike<number>, upTo: number, chosen: Set<number>): void => {
    for (
      let tries = 0;
      chosen.size < Math.min(upTo, closes.length) && tries < 50 * SAMPLES && from.length > 0;
      tries++
    ) {
      chosen.add(from[Math.floor(random() * from.length)]!);
    }
  };
  const chosen = new Set<number>();
  const known = new Set(closes);
  pick(
    orders.map(({ time }) => time + 1).filter((time) => known.has(time)),
    AT_ORDERS,
    chosen,
  );
  pick(closes, SAMPLES, chosen);
  return [...chosen].sort((a, b) => a - b);
}

const HOW = {
  truncated: "with no data after it",
  poisoned: "with the future changed",
} as const;

function compare(
  trial: keyof typeof HOW,
  expected: RunWitness,
  jobs: readonly CheckJob[],
  runs: readonly CheckedRun[],
): Finding {
  let first: (Difference & { readonly at: number }) | null = null;
  for (const [i, job] of jobs.entries()) {
    if (job.kind !== "truncated" && job.kind !== "poisoned") continue;
    const difference = firstDifference(expected, runs[i]!.witness, job.at - 1);
    if (difference !== null && (first === null || difference.time < first.time)) first = { ...difference, at: job.at };
  }
  if (first === null) return { trial, runs: runs.length, faults: [] };
  const where =
    first.at - 1 === first.time ? HOW[trial] : `${HOW[trial]} from the bar that closes at ${time(first.at)} on`;
  return { trial, runs: runs.length, faults: [`It sees the future: at ${barOf(first.time)} ${first.what} ${where}.`] };
}

function judgeSources(expected: RunWitness, { witness, uses }: CheckedRun): Finding {
  const faults = uses.map(
    ({ source, count }) =>
      `It uses ${source} (${count} ${count === 1 ? "time" : "times"}), which is not the same in every run.`,
  );
  const difference = firstDifference(expected, witness, Number.POSITIVE_INFINITY);
  if (difference !== null)
    faults.push(
      `With another clock and other random numbers it differs: at ${barOf(difference.time)} ${difference.what}.`,
    );
  return { trial: "sources", runs: 1, faults };
}

/** Ends the run at each sample and goes on from the snapshot in a fresh process. */
async function restoreAt(
  workers: CheckWorkers,
  task: CheckTask,
  expected: RunWitness,
  samples: readonly number[],
  step: () => void,
): Promise<Finding> {
  const legs: RunWitness[] = [];
  let after = Number.NEGATIVE_INFINITY;
  let snapshot: Uint8Array | null = null;
  for (const at of [...samples, null]) {
    const job: CheckJob = { kind: "leg", after, at, snapshot };
    const [run]: CheckedRun[] = await runAll(workers, task, [job], step);
    legs.push(run!.witness);
    snapshot = run!.snapshot;
    if (snapshot === null || at === null) break;
    after = at;
  }
  const joined = joinWitnesses(legs, task.columns.length);
  const difference = firstDifference(expected, joined, Number.POSITIVE_INFINITY);
  if (difference === null) return { trial: "restored", runs: legs.length, faults: [] };
  const before = samples.filter((at) => at - 1 < difference.time).at(-1);
  const since = before === undefined ? "in a fresh process" : `after a restart at ${time(before)}`;
  return {
    trial: "restored",
    runs: legs.length,
    faults: [
      `It keeps something outside 'state', which a restart loses: at ${barOf(difference.time)} ${difference.what} ${since}.`,
    ],
  };
}

/** The bar of a cycle, by its close. */
function barOf(clock: number): string {
  return `the bar that closes at ${time(clock + 1)}`;
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
