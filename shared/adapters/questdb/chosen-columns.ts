import type { CandleOrigin, ChosenCandles, Completeness } from "#shared/market/candle.ts";
import { GrowingCandleColumns } from "#shared/market/growing-candle-columns.ts";
import type { WindowChoice } from "#shared/market/window-choice.ts";
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

/** The chosen candle of each window, in columns. */
export class ChosenColumns {
  readonly #choice: WindowChoice;
  readonly #columns = new GrowingCandleColumns(0);

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
      const openTime = page.time[i]!;
      const closeTime = closeMicros[i]! / 1_000;
      const offered = this.#choice.offer(openTime, closeTime, origin[i]!, revision[i]!);
      if (offered === "worse") continue;
      this.#columns.set(offered === "better", completeness[i]!, openTime, closeTime, values, i);
    }
  }

  finish(): ChosenCandles {
    return this.#columns.finish();
  }
}
