import type { Candle } from "#shared/market/candle.ts";
import { type Decimal, decimalToNumber } from "#shared/market/decimal.ts";
import { formatNumber, formatTime } from "./table.ts";

const rounded = (value: Decimal | null): number | null => (value === null ? null : decimalToNumber(value));

/** A candle as the object that `--json` writes: times in ms UTC, sums rounded once to a double. */
export function candleJson(candle: Candle): Record<string, string | number | null> {
  const { instrument, timeframe, openTime, closeTime, open, high, low, close } = candle;
  const { trades, firstId, lastId, origin, revision, reason, completeness } = candle;
  const sums = {
    volume: rounded(candle.volume),
    quoteVolume: rounded(candle.quoteVolume),
    buyVolume: rounded(candle.buyVolume),
  };
  const prices = { open, high, low, close };
  const ids = { trades, firstId, lastId };
  return {
    instrument,
    timeframe,
    openTime,
    closeTime,
    ...prices,
    ...sums,
    ...ids,
    origin,
    revision,
    reason,
    completeness,
  };
}

/** Headings of `candleCsv`. */
export const CSV_HEADINGS = [
  ..."instrument timeframe openTime closeTime open high low close volume quoteVolume buyVolume".split(" "),
  ..."trades firstId lastId origin revision reason completeness".split(" "),
].join(",");

/** A candle as a line of CSV; what is null is empty. */
export function candleCsv(candle: Candle): string {
  return Object.values(candleJson(candle))
    .map((value) => value ?? "")
    .join(",");
}

/** Cells of a table for people. */
export function candleCells(candle: Candle): string[] {
  const price = (value: number | null): string => (value === null ? "–" : String(value));
  return [
    formatTime(candle.openTime),
    price(candle.open),
    price(candle.high),
    price(candle.low),
    price(candle.close),
    formatNumber(rounded(candle.volume), 4),
    candle.trades === null ? "–" : String(candle.trades),
    candle.revision === 0 ? candle.origin : `${candle.origin}, rev ${candle.revision}`,
    candle.trades === 0 && candle.completeness !== "gap" ? `empty, ${candle.completeness}` : candle.completeness,
  ];
}
