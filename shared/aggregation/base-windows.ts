import type { Completeness } from "../market/candle.ts";
import { type Timeframe, windowClose } from "../market/timeframe.ts";
import {
  completenessOfSilent,
  completenessOfTraded,
  type Evidence,
  followsFrom,
  type LastTrade,
  lastTradeOf,
} from "./completeness.ts";
import { joinSummaries, type TradeSummary } from "./trade-summary.ts";
import type { ClosedWindow, WindowChange } from "./window-state.ts";

/** What a closing window contradicts that can no longer be restated: [from, to) must be rebuilt from stored ticks. */
export interface Contradiction {
  readonly from: number;
  readonly to: number;
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
  close(
    openTime: number,
    summary: TradeSummary | null,
    evidence: Evidence,
  ): { readonly changes: WindowChange[]; readonly contradiction: Contradiction | null } {
    const { last } = this;
    const previous = this.windows.at(-1);
    const window: ClosedWindow = {
      openTime,
      summary,
      completeness: this.#judge(openTime, summary, last, null, evidence),
      flat: last?.price ?? null,
      revision: 0,
    };
    this.windows.push(window);
    const changes: WindowChange[] = [{ window, joined: summary, was: null, reason: "close" }];
    if (summary === null || last === null) {
      if (summary !== null) this.last = lastTradeOf(summary);
      return { changes, contradiction: null };
    }
    this.last = lastTradeOf(summary);
    const follows = followsFrom(last, summary);
    if (previous !== undefined && !(follows && previous.completeness === "proven")) {
      changes.push(...this.restate(new Map(), evidence));
    }
    const retainsLast = this.before === null || last.lastId !== this.before.lastId || last.ts !== this.before.ts;
    const contradicted = evidence.ids === "sequence" && !follows && !retainsLast;
    return { changes, contradiction: contradicted ? { from: last.ts, to: openTime } : null };
  }

  /** Lets late trades join their windows, by openTime, and judges every window anew. Returns what changed, in order. */
  restate(late: ReadonlyMap<number, TradeSummary>, evidence: Evidence): WindowChange[] {
    const { windows } = this;
    for (const window of windows) window.summary = joinSummaries(window.summary, late.get(window.openTime) ?? null);
    const next: (TradeSummary | null)[] = new Array(windows.length).fill(null);
    for (let i = windows.length - 2; i >= 0; i--) next[i] = windows[i + 1]!.summary ?? next[i + 1]!;
    const changes: WindowChange[] = [];
    let last = this.before;
    for (const [i, window] of windows.entries()) {
      const joined = late.get(window.openTime) ?? null;
      const was = window.completeness;
      const flat = last?.price ?? null;
      const moved = window.summary === null && flat !== window.flat;
      window.flat = flat;
      window.completeness = this.#judge(window.openTime, window.summary, last, next[i]!, evidence);
      if (window.summary !== null) last = lastTradeOf(window.summary);
      if (joined === null && !moved && window.completeness === was) continue;
      window.revision++;
      changes.push({ window, joined, was, reason: joined !== null || moved ? "late" : "completeness" });
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

  #judge(
    openTime: number,
    summary: TradeSummary | null,
    before: LastTrade | null,
    next: TradeSummary | null,
    evidence: Evidence,
  ): Completeness {
    if (summary !== null) return completenessOfTraded(before, summary, next, evidence);
    if (before === null) return "gap";
    return completenessOfSilent({ from: openTime, to: windowClose(this.timeframe, openTime) }, before, next, evidence);
  }
}
