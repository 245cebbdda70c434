import type { ChosenCandles, Completeness } from "./candle.ts";
import { sharedNumbers } from "./shared-numbers.ts";

const LEAST_CAPACITY = 4_096;
const COLUMNS = 8;

/**
 * `ChosenCandles` under construction: rows join at the end, the last one may still be replaced. They lie on memory that
 * threads share, as runs are computed in threads and years of minutes are too much to hold twice.
 */
export class GrowingCandleColumns {
  #columns: Float64Array[];
  #length = 0;
  #told = 0;
  /** What the last candidate is; a gap leaves no row. */
  #last: Completeness = "gap";
  readonly #quality = { proven: 0, reconciled: 0, unknown: 0, gap: 0 };

  /** @param expected rows to make room for: more find room, too, but copy all before them */
  constructor(expected: number) {
    const capacity = Math.max(expected, LEAST_CAPACITY);
    this.#columns = Array.from({ length: COLUMNS }, () => sharedNumbers(capacity));
  }

  /**
   * Adds the candle in row `i` of `values` (open, high, low, close, volume, trades). `replacing`: it takes the place of
   * the one before. A gap gives no row.
   */
  set(
    replacing: boolean,
    completeness: Completeness,
    openTime: number,
    closeTime: number,
    values: readonly Float64Array[],
    i: number,
  ): void {
    if (replacing) {
      this.#quality[this.#last]--;
      if (this.#last !== "gap") this.#length--;
    }
    this.#last = completeness;
    this.#told = closeTime;
    this.#quality[completeness]++;
    if (completeness === "gap") return;
    if (this.#length === this.#columns[0]!.length) this.#grow();
    const at = this.#length++;
    this.#columns[0]![at] = openTime;
    this.#columns[1]![at] = closeTime;
    for (let column = 0; column < values.length; column++) this.#columns[column + 2]![at] = values[column]![i]!;
  }

  /** The columns, which share the memory that they were made in. */
  finish(): ChosenCandles {
    const [openTime, closeTime, open, high, low, close, volume, trades] = this.#columns.map((column) =>
      column.subarray(0, this.#length),
    );
    return {
      told: this.#told,
      quality: { ...this.#quality },
      length: this.#length,
      openTime: openTime!,
      closeTime: closeTime!,
      open: open!,
      high: high!,
      low: low!,
      close: close!,
      volume: volume!,
      trades: trades!,
    };
  }

  #grow(): void {
    this.#columns = this.#columns.map((column) => {
      const larger = sharedNumbers(column.length * 2);
      larger.set(column);
      return larger;
    });
  }
}
