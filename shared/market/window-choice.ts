import type { CandleChoice, CandleOrigin } from "./candle.ts";
import { type Interval, joinIntervals } from "./interval.ts";

/** How far ahead a candidate comes for its window; revisions decide within a rank. */
function rank(choice: CandleChoice, origin: CandleOrigin, revision: number, dirty: boolean): number {
  if (choice === "known" && origin === "live" && revision === 0) return 5;
  if (origin === "rebuilt") return dirty ? 2 : 4;
  if (origin === "live") return 3;
  return origin === "exchange" ? 1 : 0;
}

/** Tells of each candidate that it is shown, window after window, whether it is the best of its window until then. */
export class WindowChoice {
  readonly #choice: CandleChoice;
  readonly #dirty: readonly Interval[];
  #dirtyAt = 0;
  #openTime = Number.NaN;
  #windowDirty = false;
  #rank = -1;
  #revision = -1;

  /** @param dirty the spans that are marked, in any order */
  constructor(choice: CandleChoice, dirty: readonly Interval[]) {
    this.#choice = choice;
    this.#dirty = joinIntervals(dirty);
  }

  /** `next`: the first candidate of its window; `better` or `worse` than the best of its window until now. */
  offer(openTime: number, closeTime: number, origin: CandleOrigin, revision: number): "next" | "better" | "worse" {
    const next = openTime !== this.#openTime;
    if (next) {
      this.#openTime = openTime;
      while (this.#dirtyAt < this.#dirty.length && this.#dirty[this.#dirtyAt]!.to <= openTime) this.#dirtyAt++;
      this.#windowDirty = this.#dirtyAt < this.#dirty.length && this.#dirty[this.#dirtyAt]!.from < closeTime;
    }
    const rankHere = rank(this.#choice, origin, revision, this.#windowDirty);
    if (!next && (rankHere < this.#rank || (rankHere === this.#rank && revision < this.#revision))) return "worse";
    this.#rank = rankHere;
    this.#revision = revision;
    return next ? "next" : "better";
  }
}
