import type { HeatMapInput } from "../report/heat-map.ts";
import type { ParameterAxes } from "./sweep-grid.ts";
import { compareObjectives, isMinimised, type Objective } from "./sweep-objective.ts";
import type { RankedSet } from "./sweep-ranking.ts";

/** More make a page that no browser likes. */
export const MOST_CELLS = 40_000;

/**
 * The objective over the first two parameters that have several values: of sets that differ in others, the best.
 * Null where none has several, and where there are more cells than a page can show.
 */
export function sweepHeatMap(
  objective: Objective,
  axes: ParameterAxes,
  sets: readonly RankedSet[],
): HeatMapInput | null {
  const [first, second] = [...axes].filter(([, values]) => values.length > 1);
  if (first === undefined) return null;
  const down = second === undefined ? { name: "", values: [""] } : { name: second[0], values: second[1] };
  const across = { name: first[0], values: first[1] };
  if (down.values.length * across.values.length > MOST_CELLS) return null;
  const cells = down.values.map(() => new Array<number | null>(across.values.length).fill(null));
  const columnOf = new Map(across.values.map((value, i) => [value, i]));
  const rowOf = new Map(down.values.map((value, i) => [value, i]));
  for (const { set, value } of sets) {
    const row = cells[down.name === "" ? 0 : rowOf.get(set[down.name]!)!]!;
    const column = columnOf.get(set[across.name]!)!;
    if (value !== null && compareObjectives(objective, value, row[column] ?? null) < 0) row[column] = value;
  }
  return { objective, minimised: isMinimised(objective), across, down, cells };
}
