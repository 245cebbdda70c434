import type { Completeness } from "../market/candle.ts";
import { childOf, type Timeframe, windowClose, windowOpen } from "../market/timeframe.ts";
import { joinSummaries, type TradeSummary } from "./trade-summary.ts";
import type { ClosedWindow, WindowChange } from "./window-state.ts";

/** How many children of each completeness a window has so far. */
export type ChildCounts = Record<Completeness, number>;

/** A window under way or closed, merged from the closed windows of the next shorter timeframe that tiles it. */
export interface MergedWindow extends ClosedWindow {
  readonly children: ChildCounts;
  closed: boolean;
}

/** A closed window before the changes of one call. */
interface Before {
  joined: TradeSummary | null;
  readonly completeness: Completeness;
  readonly flat: number | null;
}

/** Number of windows of `child` in the window of `parent` that opens at `openTime`. */
function childrenIn(parent: Timeframe, child: Timeframe, openTime: number): number {
  return (windowClose(parent, openTime) - openTime) / (windowClose(child, openTime) - openTime);
}

/**
 * The weakest of the children, but with trades never less than `unknown`; without trades a gap if any child is one.
 * A child that is missing is unknown.
 */
export function mergeCompleteness(children: ChildCounts, expected: number, traded: boolean): Completeness {
  if (!traded && children.gap > 0) return "gap";
  if (children.proven === expected) return "proven";
  return children.proven + children.reconciled === expected ? "reconciled" : "unknown";
}

/** The windows of one timeframe, merged from those of its child timeframe. */
export class Rollup {
  readonly timeframe: Timeframe;
  readonly child: Timeframe;
  /** In order of openTime; the closed ones first. */
  readonly windows: MergedWindow[];

  /** Throws RangeError for `1s`, which is merged from nothing. */
  constructor(timeframe: Timeframe, windows: MergedWindow[] = []) {
    const child = childOf(timeframe);
    if (child === null) throw new RangeError(`${timeframe} candles are folded from trades, not merged`);
    this.timeframe = timeframe;
    this.child = child;
    this.windows = windows;
  }

  /**
   * Takes changes of child windows, and returns those of closed windows of this timeframe that follow, one a window,
   * with the revision counted up. A child whose window is forgotten here is ignored.
   */
  apply(incoming: readonly WindowChange[]): WindowChange[] {
    const touched = new Map<MergedWindow, Before>();
    for (const change of incoming) {
      const window = this.#windowOf(change.window.openTime);
      if (window === null) continue;
      if (window.closed) {
        const before = touched.get(window);
        if (before === undefined) {
          touched.set(window, { joined: change.joined, completeness: window.completeness, flat: window.flat });
        } else before.joined = joinSummaries(before.joined, change.joined);
      }
      if (change.was !== null) window.children[change.was]--;
      window.children[change.window.completeness]++;
      window.summary = joinSummaries(window.summary, change.joined);
      if (window.flat === null || change.window.openTime === window.openTime) window.flat = change.window.flat;
    }
    const changes: WindowChange[] = [];
    for (const [window, before] of touched) {
      window.completeness = this.#completeness(window);
      const moved = window.summary === null && window.completeness !== "gap" && window.flat !== before.flat;
      const restated = before.joined !== null || moved;
      if (!restated && window.completeness === before.completeness) continue;
      window.revision++;
      const reason = restated ? "late" : "completeness";
      changes.push({ window, joined: before.joined, was: before.completeness, reason });
    }
    return changes;
  }

  /** Closes the windows that end at or before `time` (Infinity: all, as nothing more will come). */
  close(time: number): WindowChange[] {
    const changes: WindowChange[] = [];
    const { windows } = this;
    let i = windows.length;
    while (i > 0 && !windows[i - 1]!.closed) i--;
    for (; i < windows.length; i++) {
      const window = windows[i]!;
      if (windowClose(this.timeframe, window.openTime) > time) break;
      window.closed = true;
      window.completeness = this.#completeness(window);
      changes.push({ window, joined: window.summary, was: null, reason: "close" });
    }
    return changes;
  }

  /** Forgets closed windows that end before `time`. */
  forget(time: number): void {
    const { windows, timeframe } = this;
    let count = 0;
    while (
      count < windows.length &&
      windows[count]!.closed &&
      windowClose(timeframe, windows[count]!.openTime) < time
    ) {
      count++;
    }
    if (count > 0) windows.splice(0, count);
  }

  #completeness(window: MergedWindow): Completeness {
    const expected = childrenIn(this.timeframe, this.child, window.openTime);
    return mergeCompleteness(window.children, expected, window.summary !== null);
  }

  #windowOf(childOpenTime: number): MergedWindow | null {
    const openTime = windowOpen(this.timeframe, childOpenTime);
    const { windows } = this;
    for (let i = windows.length - 1; i >= 0; i--) {
      const window = windows[i]!;
      if (window.openTime === openTime) return window;
      if (window.openTime < openTime) return i === windows.length - 1 ? this.#open(openTime) : null;
    }
    return windows.length === 0 ? this.#open(openTime) : null;
  }

  #open(openTime: number): MergedWindow {
    const window: MergedWindow = {
      openTime,
      summary: null,
      completeness: "unknown",
      flat: null,
      revision: 0,
      children: { proven: 0, reconciled: 0, unknown: 0, gap: 0 },
      closed: false,
    };
    this.windows.push(window);
    return window;
  }
}
