import type { TearSheet } from "../engine/tear-sheet.ts";
import { InputError } from "../market/input-error.ts";

/** The figures that sets can be ranked by, and which end of each is the better one. */
const OBJECTIVES = {
  sharpe: "greatest",
  sortino: "greatest",
  calmar: "greatest",
  cagr: "greatest",
  totalReturn: "greatest",
  finalValue: "greatest",
  profitFactor: "greatest",
  expectancy: "greatest",
  winRate: "greatest",
  maxDrawdown: "least",
  maxDrawdownMs: "least",
  volatility: "least",
  valueAtRisk: "least",
  turnover: "least",
  fees: "least",
} as const satisfies Partial<Record<keyof TearSheet, "greatest" | "least">>;

/** A figure that sets are ranked by. */
export type Objective = keyof typeof OBJECTIVES;

/** Throws InputError for a name that is not one of the objectives. */
export function parseObjective(text: string): Objective {
  if (Object.hasOwn(OBJECTIVES, text)) return text as Objective;
  throw new InputError("usage", `objective '${text}' is not known: use one of ${Object.keys(OBJECTIVES).join(" ")}`);
}

/** Whether the least value is the best. */
export function isMinimised(objective: Objective): boolean {
  return OBJECTIVES[objective] === "least";
}

/** The objective's value; null where the figures do not tell it. */
export function objectiveOf(objective: Objective, figures: TearSheet | null): number | null {
  return figures?.[objective] ?? null;
}

/** Orders values of an objective, the best first, those that are not known last. */
export function compareObjectives(objective: Objective, a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return isMinimised(objective) ? a - b : b - a;
}
