import type { TickColumns } from "../market/tick.ts";
import { type Timeframe, windowClose, windowOpen } from "../market/timeframe.ts";
import { BaseWindows } from "./base-windows.ts";
import type { Evidence } from "./completeness.ts";
import { TickFolder } from "./tick-folder.ts";
import { joinSummaries, type TradeSummary } from "./trade-summary.ts";
import type { ClosedWindow } from "./window-state.ts";

/**
 * Stored ticks, in (ts, id) order → windows of one timeframe, each given out once the next trade after it is known.
 * The same fold and the same judgement as the live stream's, for history that is already whole.
 */
export class StoredFold {
  readonly #base: BaseWindows;
  readonly #evidence: Evidence;
  readonly #folder = new TickFolder();
  #openTime: number | null = null;
  #summary: TradeSummary | null = null;

  constructor(timeframe: Timeframe, evidence: Evidence) {
    this.#base = new BaseWindows(timeframe);
    this.#evidence = evidence;
  }

  /** Takes the next ticks; returns the windows that are decided now, in order. */
  push(ticks: TickColumns): ClosedWindow[] {
    const { timeframe } = this.#base;
    const decided: ClosedWindow[] = [];
    for (let i = 0; i < ticks.length; ) {
      const openTime = windowOpen(timeframe, ticks.ts[i]!);
      if (this.#openTime !== null && openTime !== this.#openTime) decided.push(...this.#closeUpTo(openTime));
      this.#openTime = openTime;
      const { taken, summary } = this.#folder.fold(ticks, i, ticks.length, openTime, windowClose(timeframe, openTime));
      this.#summary = joinSummaries(this.#summary, summary);
      i += taken;
    }
    return decided;
  }

  /** The windows that are left when no trade comes after: of the last one, nothing vouches for its right side. */
  finish(): ClosedWindow[] {
    if (this.#openTime === null) return [];
    const decided = this.#closeUpTo(windowClose(this.#base.timeframe, this.#openTime));
    const rest = this.#base.windows.splice(0);
    for (const window of rest) if (window.completeness === "proven") window.completeness = "unknown";
    return [...decided, ...rest];
  }

  /** Closes the window under way and the silent ones before `openTime`; all but the last traded one are decided. */
  #closeUpTo(openTime: number): ClosedWindow[] {
    const { windows, timeframe } = this.#base;
    const closing = this.#openTime!;
    this.#base.close(closing, this.#summary, this.#evidence);
    this.#summary = null;
    const decided = windows.slice(0, -1);
    this.#base.forget(closing + 1);
    for (let silent = windowClose(timeframe, closing); silent < openTime; silent = windowClose(timeframe, silent)) {
      this.#base.close(silent, null, this.#evidence);
    }
    return decided;
  }
}
