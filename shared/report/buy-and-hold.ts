import type { CandleColumns } from "../market/candle.ts";

/**
 * The account at each cycle if it had bought the first feed and held: in proportion to the close of the last candle
 * that ended by then, and equal to `finalValue` at the last candle. NaN before the first candle's end.
 */
export function holdValues(cycleTime: Float64Array, candles: CandleColumns, finalValue: number): Float64Array {
  const values = new Float64Array(cycleTime.length).fill(Number.NaN);
  if (candles.length === 0) return values;
  const amount = finalValue / candles.close[candles.length - 1]!;
  let next = 0;
  for (let i = 0; i < values.length; i++) {
    // A cycle's clock is the last millisecond of its bar, and a candle's closeTime is exclusive.
    while (next < candles.length && candles.closeTime[next]! <= cycleTime[i]! + 1) next++;
    if (next > 0) values[i] = amount * candles.close[next - 1]!;
  }
  return values;
}
