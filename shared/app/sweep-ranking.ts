import { dailyReturns } from "../engine/compute-tear-sheet.ts";
import type { TearSheet } from "../engine/tear-sheet.ts";
import { RunMemory, runOnColumns } from "./run-on-columns.ts";
import type { RunPlan } from "./run-plan.ts";
import type { SweepGround, SweptSet } from "./sweep.ts";
import { type DeflatedSharpe, deflatedSharpe } from "./sweep-deflated-sharpe.ts";
import type { ParameterSet } from "./sweep-grid.ts";
import { compareObjectives, type Objective, objectiveOf } from "./sweep-objective.ts";

/** What a sweep says of a set: as little as ranks and tables need, as there may be a million. */
export interface RankedSet {
  /** Place in the grid, from 0. */
  readonly number: number;
  readonly run: string;
  /** The values that the sweep gave. */
  readonly set: ParameterSet;
  readonly value: number | null;
  readonly error: string | null;
  readonly resultHash: string | null;
  readonly figures: Omit<TearSheet, "monthly"> | null;
}

/** A swept set as it is ranked. */
export function rankedSet(objective: Objective, set: ParameterSet, { number, record }: SweptSet): RankedSet {
  const { run, error, resultHash, figures } = record;
  const value = objectiveOf(objective, figures);
  if (figures === null) return { number, run, set, value, error, resultHash, figures };
  const { monthly: _, ...kept } = figures;
  return { number, run, set, value, error, resultHash, figures: kept };
}

/** Sorts sets, the best first: those without a value behind, failed ones last, equals in the grid's order. */
export function rank(objective: Objective, sets: RankedSet[]): void {
  sets.sort(
    (a, b) =>
      Number(a.error !== null) - Number(b.error !== null) ||
      compareObjectives(objective, a.value, b.value) ||
      a.number - b.number,
  );
}

/**
 * How much of the best set's Sharpe ratio is more than luck; see `deflatedSharpe`. Runs that set once more for its daily
 * returns. Null where too few sets have a ratio.
 */
export function deflateBest(ground: SweepGround, best: RunPlan, sets: readonly RankedSet[]): DeflatedSharpe | null {
  const sharpes = sets.map(({ figures }) => figures?.sharpe ?? null).filter((sharpe) => sharpe !== null);
  if (sharpes.length < 2) return null;
  const { events } = runOnColumns(best, ground.code, ground.columns, new RunMemory(), () => {});
  if (events.cycles.length === 0) return null;
  return deflatedSharpe(dailyReturns(events.cycles, best.broker.cash), sharpes);
}
