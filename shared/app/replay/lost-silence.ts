import { overlaps } from "../../aggregation/completeness.ts";
import { type Coverage, type Interval, joinIntervals } from "../../market/interval.ts";
import type { IdScheme } from "../../market/tick.ts";
import { windowClose } from "../../market/timeframe.ts";
import type { TradedWindow } from "./traded-windows.ts";

/** A span without trades, in whole minutes, and the minutes that have trades on either side. */
export interface Silence extends Interval {
  readonly before: TradedWindow;
  readonly after: TradedWindow;
}

/**
 * The parts of a silence that are gaps, in whole minutes. Judged as `rebuild` does: ids that follow each other prove
 * all of it; without sequential ids it is a gap where trades were lost, or where nobody vouches that he told all.
 */
export function lostIn(silence: Silence, ids: IdScheme, coverage: readonly Coverage[]): Interval[] {
  const { from, to, before, after } = silence;
  if (from >= to) return [];
  if (ids === "sequence") return after.firstId === before.lastId + 1 ? [] : [{ from, to }];
  const lost = coverage.filter(({ kind }) => kind === "lost");
  const told = joinIntervals(coverage.filter(({ kind }) => kind !== "lost"));
  const gaps: Interval[] = [];
  for (let open = from; open < to; open = windowClose("1m", open)) {
    const close = windowClose("1m", open);
    const vouched = told.some((span) => span.from <= open && span.to >= close);
    if (!vouched || overlaps(lost, open, close)) gaps.push({ from: open, to: close });
  }
  return joinIntervals(gaps);
}
