import type { StrategyClass } from "../engine/strategy.ts";
import type { CandleColumns } from "../market/candle.ts";
import type { Workers } from "../ports/workers.ts";
import { allGiven, type Given, type WitnessedLeg, witnessLeg } from "./check-witness.ts";
import { type Rows, takenRows } from "./run-on-columns.ts";
import type { RunPlan } from "./run-plan.ts";

/** What all runs of a check share. */
export interface CheckTask {
  readonly plan: RunPlan;
  /** In order of the feeds, each on memory that threads share. */
  readonly columns: readonly CandleColumns[];
}

/** One run of a check. `at` and `after` are close times, ms UTC. */
export type CheckJob =
  /** All candles; `watched`: with another clock and another source of randomness, whose use is noted. */
  | { readonly kind: "whole"; readonly watched: boolean }
  /** No candle that closes after `at`. */
  | { readonly kind: "truncated"; readonly at: number }
  /** In candles that close after `at`, this price in place of each, and of volumes. */
  | { readonly kind: "poisoned"; readonly at: number; readonly price: number }
  /** Candles that close after `after` up to `at` (null: the end), going on from a snapshot (null: from the start). */
  | { readonly kind: "leg"; readonly after: number; readonly at: number | null; readonly snapshot: Uint8Array | null };

/** Something that gives other answers at another time or in another place. */
export interface SourceUse {
  /** Such as `Math.random`. */
  readonly source: string;
  /** How often it was used. */
  readonly count: number;
}

export interface CheckedRun extends WitnessedLeg {
  /** Of watched runs. */
  readonly uses: readonly SourceUse[];
}

/** Each does one job alone, legs in a process of their own: nothing that a strategy leaves behind may reach the next. */
export type CheckWorkers = Workers<CheckTask, CheckJob, CheckedRun>;

/** Poisoned candles that follow the cut: more than the engine reads ahead. */
const POISONED = 4_096;

/** Does a job, apart from watching sources. */
export function doCheckJob({ plan, columns }: CheckTask, strategy: StrategyClass, job: CheckJob): WitnessedLeg {
  const whole = allGiven(plan, columns);
  const first = columns.map((feed, i) => feed.closeTime[whole.rows[i]!.from]!);
  const leg = job.kind === "leg" ? { snapshot: job.snapshot, until: job.at } : { snapshot: null, until: null };
  return witnessLeg(plan, strategy, first, givenFor(job, plan, whole), leg);
}

/** As much of a task as a leg needs, on memory of its own: each feed's first candle, and the leg's. */
export function taskOfLeg({ plan, columns }: CheckTask, job: CheckJob & { readonly kind: "leg" }): CheckTask {
  const whole = allGiven(plan, columns);
  const { rows } = givenFor(job, plan, whole);
  const parts = columns.map((feed, i) => {
    if (plan.feeds[i]!.resampleOf !== undefined) return feed;
    const first = whole.rows[i]!.from;
    const { from, to } = rows[i]!;
    const kept = [first, ...Array.from({ length: to - from }, (_, row) => from + row).filter((row) => row > first)];
    const pick = (column: Float64Array): Float64Array => Float64Array.from(kept, (row) => column[row]!);
    return {
      length: kept.length,
      openTime: pick(feed.openTime),
      closeTime: pick(feed.closeTime),
      open: pick(feed.open),
      high: pick(feed.high),
      low: pick(feed.low),
      close: pick(feed.close),
      volume: pick(feed.volume),
      trades: pick(feed.trades),
    };
  });
  return { plan, columns: parts };
}

function givenFor(job: CheckJob, plan: RunPlan, whole: Given): Given {
  switch (job.kind) {
    case "whole":
      return whole;
    case "truncated":
      return { ...whole, rows: closedBy(plan, whole, job.at) };
    case "leg": {
      const begin = closedBy(plan, whole, job.after);
      const end = job.at === null ? whole.rows : closedBy(plan, whole, job.at);
      return { ...whole, rows: begin.map(({ to }, feed) => ({ from: to, to: end[feed]!.to })) };
    }
    case "poisoned": {
      const kept = closedBy(plan, whole, job.at);
      const parts = whole.columns.map((feed, i) =>
        poison(
          feed,
          { from: whole.rows[i]!.from, to: Math.min(whole.rows[i]!.to, kept[i]!.to + POISONED) },
          kept[i]!.to,
          job.price,
        ),
      );
      return { columns: parts, rows: parts.map(({ length }) => ({ from: 0, to: length })) };
    }
  }
}

/** The rows of each feed that close up to `at`. */
function closedBy(plan: RunPlan, { columns }: Given, at: number): Rows[] {
  return columns.map((feed) => takenRows({ ...plan, end: Math.min(plan.end ?? Number.POSITIVE_INFINITY, at) }, feed));
}

/** A copy of rows in which those from `row` on have `price` for every price and volume. */
function poison(columns: CandleColumns, { from, to }: Rows, row: number, price: number): CandleColumns {
  const kept = (column: Float64Array): Float64Array => column.slice(from, to);
  const poisoned = (column: Float64Array): Float64Array => kept(column).fill(price, row - from);
  return {
    length: to - from,
    openTime: kept(columns.openTime),
    closeTime: kept(columns.closeTime),
    open: poisoned(columns.open),
    high: poisoned(columns.high),
    low: poisoned(columns.low),
    close: poisoned(columns.close),
    volume: poisoned(columns.volume),
    trades: kept(columns.trades),
  };
}
