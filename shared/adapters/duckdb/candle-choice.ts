import type { CandleChoice } from "#shared/market/candle.ts";
import { type Interval, joinIntervals } from "#shared/market/interval.ts";
import { originCode } from "./candle-rows.ts";

const LIVE = originCode("live");
const REBUILT = originCode("rebuilt");
const EXCHANGE = originCode("exchange");

/** Tells of windows, asked for in order, whether they overlap a dirty span. */
export class DirtyWindows {
  readonly #spans: readonly Interval[];
  #at = 0;

  constructor(spans: readonly Interval[]) {
    this.#spans = joinIntervals(spans);
  }

  has(openTime: number, closeTime: number): boolean {
    while (this.#at < this.#spans.length && this.#spans[this.#at]!.to <= openTime) this.#at++;
    return this.#at < this.#spans.length && this.#spans[this.#at]!.from < closeTime;
  }
}

/** How far ahead a candidate comes for its window; revisions decide within a rank. */
function rank(choice: CandleChoice, origin: number, revision: number, dirty: boolean): number {
  if (choice === "known" && origin === LIVE && revision === 0) return 5;
  if (origin === REBUILT) return dirty ? 2 : 4;
  if (origin === LIVE) return 3;
  return origin === EXCHANGE ? 1 : 0;
}

/** Keeps the better of the candidates that it is shown of one window after another. */
export class WindowChoice {
  readonly #choice: CandleChoice;
  readonly #dirty: DirtyWindows;
  #openTime = Number.NaN;
  #windowDirty = false;
  #rank = -1;
  #revision = -1;

  constructor(choice: CandleChoice, dirty: readonly Interval[]) {
    this.#choice = choice;
    this.#dirty = new DirtyWindows(dirty);
  }

  /** `next`: the first candidate of its window; `better` or `worse` than the best of its window until now. */
  offer(openTime: number, closeTime: number, origin: number, revision: number): "next" | "better" | "worse" {
    const next = openTime !== this.#openTime;
    if (next) {
      this.#openTime = openTime;
      this.#windowDirty = this.#dirty.has(openTime, closeTime);
    }
    const rankHere = rank(this.#choice, origin, revision, this.#windowDirty);
    if (!next && (rankHere < this.#rank || (rankHere === this.#rank && revision < this.#revision))) return "worse";
    this.#rank = rankHere;
    this.#revision = revision;
    return next ? "next" : "better";
  }
}
