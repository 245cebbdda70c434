import type { CandleOrigin, ChosenCandles, Completeness } from "#shared/market/candle.ts";
import type { WindowChoice } from "./candle-choice.ts";
import type { CsvKind } from "./csv.ts";
import type { Page } from "./pages.ts";

/** Columns that `ChosenColumns` reads; volumes are rounded once from their exact text. */
export const CHOSEN_COLUMNS: readonly (readonly [string, CsvKind])[] = [
  ["cast(close_ts AS LONG) close_micros", "number"],
  ["origin", "text"],
  ["revision", "number"],
  ["completeness", "text"],
  ["open", "number"],
  ["high", "number"],
  ["low", "number"],
  ["close", "number"],
  ["volume", "number"],
  ["trades", "number"],
];
const FIRST_VALUE = 4;
const COLUMNS = 8;
const FIRST_CAPACITY = 4_096;

/** The chosen candle of each window, in columns. */
export class ChosenColumns {
  readonly #choice: WindowChoice;
  readonly #quality = { proven: 0, reconciled: 0, unknown: 0, gap: 0 };
  #columns = Array.from({ length: COLUMNS }, () => new Float64Array(FIRST_CAPACITY));
  #length = 0;
  /** What the last window's candle is; null before the first. A gap has no row. */
  #last: Completeness | null = null;

  constructor(choice: WindowChoice) {
    this.#choice = choice;
  }

  add(page: Page): void {
    const closeMicros = page.columns[0] as Float64Array;
    const origin = page.columns[1] as CandleOrigin[];
    const revision = page.columns[2] as Float64Array;
    const completeness = page.columns[3] as Completeness[];
    const values = page.columns.slice(FIRST_VALUE) as Float64Array[];
    for (let i = 0; i < page.length; i++) {
      const closeTime = closeMicros[i]! / 1_000;
      const offered = this.#choice.offer(page.time[i]!, closeTime, origin[i]!, revision[i]!);
      if (offered === "worse") continue;
      if (offered === "better") this.#takeBack();
      this.#set(completeness[i]!, page.time[i]!, closeTime, values, i);
    }
  }

  finish(): ChosenCandles {
    const [openTime, closeTime, open, high, low, close, volume, trades] = this.#columns.map((column) =>
      column.subarray(0, this.#length),
    ) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const prices = { open, high, low, close };
    return { quality: { ...this.#quality }, length: this.#length, openTime, closeTime, ...prices, volume, trades };
  }

  #takeBack(): void {
    this.#quality[this.#last!]--;
    if (this.#last !== "gap") this.#length--;
  }

  #set(completeness: Completeness, openTime: number, closeTime: number, values: Float64Array[], row: number): void {
    this.#last = completeness;
    this.#quality[completeness]++;
    if (completeness === "gap") return;
    if (this.#length === this.#columns[0]!.length) this.#grow();
    const at = this.#length++;
    this.#columns[0]![at] = openTime;
    this.#columns[1]![at] = closeTime;
    for (let column = 0; column < values.length; column++) this.#columns[column + 2]![at] = values[column]![row]!;
  }

  #grow(): void {
    this.#columns = this.#columns.map((column) => {
      const larger = new Float64Array(2 * column.length);
      larger.set(column);
      return larger;
    });
  }
}
