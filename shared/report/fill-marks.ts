import type { FillRow } from "../engine/run-events.ts";
import type { MergedCandles } from "./decimate.ts";

/** The fills of one drawn bar that have the same side and the same part in a position. */
export interface FillMark {
  /** Index of the drawn bar. */
  readonly bar: number;
  readonly side: "buy" | "sell";
  /** Whether they open or add to a position, or close or reduce one. */
  readonly role: "entry" | "exit";
  readonly fills: number;
  /** Base units, positive. */
  readonly size: number;
  /** Mean price by size, quote currency. */
  readonly price: number;
}

/**
 * Marks of one feed's fills (in order) on its drawn bars, in order of the bar. A fill that turns a position around is
 * an entry. Fills outside all bars are left out.
 */
export function fillMarks(fills: readonly FillRow[], bars: MergedCandles): FillMark[] {
  const marks = new Map<string, FillMark>();
  let position = 0;
  let bar = 0;
  for (const fill of fills) {
    const before = position;
    position += fill.size;
    if (Math.abs(position) < Math.abs(fill.size) * 1e-9) position = 0;
    while (bar < bars.length && bars.closeTime[bar]! <= fill.time) bar++;
    if (bar === bars.length || fill.time < bars.openTime[bar]!) continue;
    const side = fill.size > 0 ? "buy" : "sell";
    const role = position === 0 || (before * fill.size < 0 && before * position > 0) ? "exit" : "entry";
    const key = `${bar} ${side} ${role}`;
    const mark = marks.get(key);
    const size = (mark?.size ?? 0) + Math.abs(fill.size);
    const notional = (mark === undefined ? 0 : mark.price * mark.size) + fill.price * Math.abs(fill.size);
    marks.set(key, { bar, side, role, fills: (mark?.fills ?? 0) + 1, size, price: notional / size });
  }
  return [...marks.values()];
}
