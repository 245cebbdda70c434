import type { Completeness } from "../market/candle.ts";
import type { Interval } from "../market/interval.ts";
import { type Timeframe, windowClose } from "../market/timeframe.ts";
import {
  completenessOfSilent,
  completenessOfTraded,
  type Evidence,
  followsFrom,
  type LastTrade,
  lastTradeOf,
  overlaps,
} from "./completeness.ts";
import { joinSummaries, type TradeSummary } from "./trade-summary.ts";
import type { ClosedWindow, WindowChange } from "./window-state.ts";

/** What trades that closed or joined changed. */
export interface Restatement {
  /** In order of openTime, a window that has just closed before those that it restates. */
  readonly changes: WindowChange[];
  /** What is said otherwise now but can no longer be restated, as it is forgotten: to be rebuilt from stored ticks. */
  readonly contradicted: Interval | null;
}

/**
 * The closed windows of the shortest timeframe, without holes, in order; and what their ids and the evidence say about
 * each of them. A window closes on what is known before its end alone: what comes later restates it.
 */
export class BaseWindows {
  readonly timeframe: Timeframe;
  readonly windows: ClosedWindow[];
  /** The last trade before the first window here. */
  before: LastTrade | null;
  /** The last trade of all closed windows. */
  last: LastTrade | null;

  constructor(
    timeframe: Timeframe,
    windows: ClosedWindow[] = [],
    before: LastTrade | null = null,
    last: LastTrade | null = before,
  ) {
    this.timeframe = timeframe;
    this.windows = windows;
    this.before = before;
    this.last = last;
  }

  /** Closes the window at `openTime`, the one after the last. Returns its change first, then those it causes. */
  close(openTime: number, summary: TradeSummary | null, evidence: Evidence): Restatement {
    const { last } = this;
    const firstTraded = this.#firstTraded();
    const window: ClosedWindow = {
      openTime,
      summary,
      completeness: this.#completeness(openTime, summary, last, null, evidence),
      flat: last?.price ?? null,
      revision: 0,
    };
    this.windows.push(window);
    const changes: WindowChange[] = [{ window, joined: summary, was: null, reason: "close" }];
    if (summary === null) return { changes, contradicted: null };
    this.last = lastTradeOf(summary);
    if (evidence.ids === "sequence") {
      const from = Math.max(this.#tradedBefore(this.windows.length - 1), 0);
      if (!(followsFrom(last, summary) && this.#isProven(from, this.windows.length - 1))) {
        changes.push(...this.#judge(from, new Map(), evidence));
      }
    }
    return { changes, contradicted: this.#contradicted(firstTraded, evidence) };
  }

  /** Lets late trades join their windows, by openTime, and judges every window anew. */
  restate(late: ReadonlyMap<number, TradeSummary>, evidence: Evidence): Restatement {
    const firstTraded = this.#firstTraded();
    for (const window of this.windows) {
      window.summary = joinSummaries(window.summary, late.get(window.openTime) ?? null);
    }
    return { changes: this.#judge(0, late, evidence), contradicted: this.#contradicted(firstTraded, evidence) };
  }

  /** Judges the windows from index `start` on anew, and restates those that look different then. */
  #judge(start: number, late: ReadonlyMap<number, TradeSummary>, evidence: Evidence): WindowChange[] {
    const { windows } = this;
    const next: (TradeSummary | null)[] = [null];
    for (let i = windows.length - 1; i > start; i--) next.push(windows[i]!.summary ?? next.at(-1)!);
    const changes: WindowChange[] = [];
    const traded = windows[this.#tradedBefore(start)]?.summary ?? null;
    let last = traded === null ? this.before : lastTradeOf(traded);
    for (let i = start; i < windows.length; i++) {
      const window = windows[i]!;
      const joined = late.get(window.openTime) ?? null;
      const was = window.completeness;
      const flat = last?.price ?? null;
      const moved = window.summary === null && flat !== window.flat;
      window.flat = flat;
      window.completeness = this.#completeness(window.openTime, window.summary, last, next.pop()!, evidence);
      if (window.summary !== null) last = lastTradeOf(window.summary);
      // A gap shows no price, so it looks the same whatever price came before it.
      const restated = joined !== null || (moved && window.completeness !== "gap");
      if (!restated && window.completeness === was) continue;
      window.revision++;
      changes.push({ window, joined, was, reason: restated ? "late" : "completeness" });
    }
    this.last = last;
    return changes;
  }

  /** The closed window at `openTime`, or null if it is forgotten or was never there. */
  find(openTime: number): ClosedWindow | null {
    const { windows } = this;
    for (let i = windows.length - 1; i >= 0; i--) if (windows[i]!.openTime === openTime) return windows[i]!;
    return null;
  }

  /** Forgets windows that end before `time`. */
  forget(time: number): void {
    let count = 0;
    for (const window of this.windows) {
      if (windowClose(this.timeframe, window.openTime) >= time) break;
      if (window.summary !== null) this.before = lastTradeOf(window.summary);
      count++;
    }
    if (count > 0) this.windows.splice(0, count);
  }

  #firstTraded(): TradeSummary | null {
    for (const { summary } of this.windows) if (summary !== null) return summary;
    return null;
  }

  /** Index of the last window with trades before index `end`, −1 if there is none. */
  #tradedBefore(end: number): number {
    let i = end - 1;
    while (i >= 0 && this.windows[i]!.summary === null) i--;
    return i;
  }

  /** Whether all windows from index `start` to before `end` are proven. */
  #isProven(start: number, end: number): boolean {
    for (let i = start; i < end; i++) if (this.windows[i]!.completeness !== "proven") return false;
    return true;
  }

  /**
   * Forgotten windows from the last trade on were judged by the first trade after them, `was`, or by the source's word
   * while there was none. If another trade comes first now and says otherwise of one, they are contradicted.
   */
  #contradicted(was: TradeSummary | null, evidence: Evidence): Interval | null {
    const { before } = this;
    const first = this.#firstTraded();
    if (evidence.ids === "hash" || before === null || first === null) return null;
    const to = this.windows[0]!.openTime;
    const follows = followsFrom(before, first);
    const agrees =
      was === null ? follows && !overlaps(evidence.lost, before.ts, to) : followsFrom(before, was) === follows;
    return agrees ? null : { from: before.ts, to };
  }

  #completeness(
    openTime: number,
    summary: TradeSummary | null,
    before: LastTrade | null,
    next: TradeSummary | null,
    evidence: Evidence,
  ): Completeness {
    const to = windowClose(this.timeframe, openTime);
    if (summary !== null) return completenessOfTraded(to, before, summary, next, evidence);
    return before === null ? "gap" : completenessOfSilent({ from: openTime, to }, before, next, evidence);
  }
}
