import type { Candle, ChosenCandles } from "./candle.ts";
import { decimalToNumber } from "./decimal.ts";

/** Candles as columns, in their order, gaps left out; volumes rounded once. */
export function candleColumnsOf(candles: readonly Candle[]): ChosenCandles {
  const quality = { proven: 0, reconciled: 0, unknown: 0, gap: 0 };
  for (const { completeness } of candles) quality[completeness]++;
  const bars = candles.filter((candle) => candle.completeness !== "gap");
  const column = (value: (candle: Candle) => number | null): Float64Array =>
    Float64Array.from(bars, (candle) => value(candle) ?? Number.NaN);
  return {
    told: candles.at(-1)?.closeTime ?? 0,
    quality,
    length: bars.length,
    openTime: column((candle) => candle.openTime),
    closeTime: column((candle) => candle.closeTime),
    open: column((candle) => candle.open),
    high: column((candle) => candle.high),
    low: column((candle) => candle.low),
    close: column((candle) => candle.close),
    volume: column((candle) => decimalToNumber(candle.volume)),
    trades: column((candle) => candle.trades),
  };
}
