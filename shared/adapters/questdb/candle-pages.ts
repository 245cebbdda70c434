import type { Candle, CandleOrigin, CandleReason, Completeness } from "#shared/market/candle.ts";
import type { Decimal } from "#shared/market/decimal.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";
import type { CsvKind } from "./csv.ts";
import type { Page } from "./pages.ts";

/** Columns that `candlesOf` reads. */
export const CANDLE_COLUMNS: readonly (readonly [string, CsvKind])[] = [
  ["cast(close_ts AS LONG) close_micros", "number"],
  ["origin", "text"],
  ["revision", "number"],
  ["completeness", "text"],
  ["reason", "text"],
  ["open", "number"],
  ["high", "number"],
  ["low", "number"],
  ["close", "number"],
  ["volume", "decimal"],
  ["quote_volume", "decimal"],
  ["buy_volume", "decimal"],
  ["trades", "number"],
  ["first_id", "number"],
  ["last_id", "number"],
];

/** The candles of a page of `CANDLE_COLUMNS`. */
export function candlesOf(instrument: string, timeframe: Timeframe, page: Page): Candle[] {
  const numbers = (column: number): Float64Array => page.columns[column] as Float64Array;
  const texts = (column: number): string[] => page.columns[column] as string[];
  const decimals = (column: number): (Decimal | null)[] => page.columns[column] as (Decimal | null)[];
  const [closeMicros, revision] = [numbers(0), numbers(2)];
  const [origin, completeness, reason] = [texts(1), texts(3), texts(4)];
  const [open, high, low, close] = [numbers(5), numbers(6), numbers(7), numbers(8)];
  const [volume, quoteVolume, buyVolume] = [decimals(9), decimals(10), decimals(11)];
  const [trades, firstId, lastId] = [numbers(12), numbers(13), numbers(14)];
  const candles = new Array<Candle>(page.length);
  for (let i = 0; i < page.length; i++) {
    candles[i] = {
      instrument,
      timeframe,
      openTime: page.time[i]!,
      closeTime: closeMicros[i]! / 1_000,
      open: orNull(open[i]!),
      high: orNull(high[i]!),
      low: orNull(low[i]!),
      close: orNull(close[i]!),
      volume: volume[i]!,
      quoteVolume: quoteVolume[i]!,
      buyVolume: buyVolume[i]!,
      trades: orNull(trades[i]!),
      firstId: orNull(firstId[i]!),
      lastId: orNull(lastId[i]!),
      origin: origin[i] as CandleOrigin,
      revision: revision[i]!,
      reason: reason[i] as CandleReason,
      completeness: completeness[i] as Completeness,
    };
  }
  return candles;
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
