import type { CandleColumns } from "../market/candle.ts";

/** Candles merged in groups of equal count, the last group perhaps smaller. */
export interface MergedCandles extends CandleColumns {
  /** How many candles one of these stands for; 1 where nothing was merged. */
  readonly group: number;
}

/**
 * At most `limit` candles (≥ 1) over all of `candles`: each is the first open, highest high, lowest low, last close and
 * total volume and trades of `group` consecutive ones.
 */
export function mergeCandles(candles: CandleColumns, limit: number): MergedCandles {
  const group = Math.max(1, Math.ceil(candles.length / limit));
  if (group === 1) return { ...candles, group };
  const length = Math.ceil(candles.length / group);
  const merged = {
    group,
    length,
    openTime: new Float64Array(length),
    closeTime: new Float64Array(length),
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    volume: new Float64Array(length),
    trades: new Float64Array(length),
  };
  for (let bar = 0; bar < length; bar++) {
    const from = bar * group;
    const to = Math.min(from + group, candles.length);
    let high = candles.high[from]!;
    let low = candles.low[from]!;
    let volume = 0;
    let trades = 0;
    for (let i = from; i < to; i++) {
      high = Math.max(high, candles.high[i]!);
      low = Math.min(low, candles.low[i]!);
      volume += candles.volume[i]!;
      trades += candles.trades[i]!;
    }
    merged.openTime[bar] = candles.openTime[from]!;
    merged.closeTime[bar] = candles.closeTime[to - 1]!;
    merged.open[bar] = candles.open[from]!;
    merged.high[bar] = high;
    merged.low[bar] = low;
    merged.close[bar] = candles.close[to - 1]!;
    merged.volume[bar] = volume;
    merged.trades[bar] = trades;
  }
  return merged;
}

/** What an indicator says at the end of each group: its value at the group's last candle. */
export function lastOfGroups(values: Float64Array, group: number): Float64Array {
  const length = Math.ceil(values.length / group);
  const last = new Float64Array(length);
  for (let bar = 0; bar < length; bar++) last[bar] = values[Math.min((bar + 1) * group, values.length) - 1]!;
  return last;
}

/**
 * Rows to draw of some series of equal length, rising: first and last, and in each of `buckets` (≥ 1) equal spans the
 * row of the least and of the greatest value of every series. NaN is never an extreme. All rows where that is not fewer.
 */
export function rowsOfExtremes(series: readonly Float64Array[], buckets: number): Uint32Array {
  const length = series[0]?.length ?? 0;
  const size = Math.ceil(length / buckets);
  if (size <= 2 * series.length) return Uint32Array.from({ length }, (_, i) => i);
  const rows = new Set<number>([0, length - 1]);
  for (let from = 0; from < length; from += size) {
    for (const values of series) addExtremes(rows, values, from, Math.min(from + size, length));
  }
  return Uint32Array.from(rows).sort();
}

function addExtremes(rows: Set<number>, values: Float64Array, from: number, to: number): void {
  let least = -1;
  let greatest = -1;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (least === -1 || value < values[least]!) least = i;
    if (greatest === -1 || value > values[greatest]!) greatest = i;
  }
  if (least !== -1) rows.add(least).add(greatest);
}

/** The values at `rows`. */
export function pickRows(values: Float64Array, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = values[rows[i]!]!;
  return picked;
}
