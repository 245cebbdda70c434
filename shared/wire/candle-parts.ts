import type { Candle } from "../market/candle.ts";
import { TIMEFRAMES } from "../market/timeframe.ts";
import { type CandlesRecord, encodeCandlesRecord } from "./candle-records.ts";

/** Most bytes of a record, well below what a topic takes, unless nothing of it can be cut. */
const MOST_BYTES = 500_000;

/**
 * As `encodeCandlesRecord`, in as many records as keep each of a size that every topic takes: after a long silence one
 * input closes days of windows. They are cut in time, oldest first, and each holds the candles of every timeframe that
 * closed by its end, as if several inputs had caused them. They depend on the record alone, so a repeat is cut alike.
 */
export function encodeCandlesInParts(record: CandlesRecord): readonly Uint8Array[] {
  const bytes = encodeCandlesRecord(record);
  if (bytes.length <= MOST_BYTES) return [bytes];
  const halves = halvesOf(record);
  return halves === null ? [bytes] : halves.flatMap(encodeCandlesInParts);
}

/** What is to be rebuilt and what was lost follows the candles, as within one record. */
function halvesOf(record: CandlesRecord): readonly [CandlesRecord, CandlesRecord] | null {
  const { candles, dirty, coverage } = record;
  const at = middleCut(candles);
  if (at !== null) {
    const first = { ...record, candles: candles.slice(0, at), dirty: [], coverage: [], ended: null };
    return [first, { ...record, candles: candles.slice(at) }];
  }
  if (dirty.length + coverage.length === 0) return null;
  const rest = { ...record, candles: [], ended: null };
  if (candles.length > 0) return [{ ...record, dirty: [], coverage: [] }, rest];
  if (dirty.length > 0 && coverage.length > 0)
    return [
      { ...rest, dirty: [] },
      { ...rest, coverage: [] },
    ];
  if (dirty.length + coverage.length === 1) return null;
  const [half, other] = [dirty.length >> 1, coverage.length >> 1];
  return [
    { ...rest, dirty: dirty.slice(0, half), coverage: coverage.slice(0, other) },
    { ...rest, dirty: dirty.slice(half), coverage: coverage.slice(other) },
  ];
}

/**
 * The place nearest to the middle at which candles can be cut: before the close of a shortest window, which those of
 * longer windows that close with it follow. Null where there is none but the beginning.
 */
function middleCut(candles: readonly Candle[]): number | null {
  const closes = candles.filter(({ revision }) => revision === 0);
  const shortest = TIMEFRAMES.find((timeframe) => closes.some((candle) => candle.timeframe === timeframe));
  const middle = candles.length / 2;
  let best: number | null = null;
  for (const [i, { timeframe, revision }] of candles.entries()) {
    if (i === 0 || revision !== 0 || timeframe !== shortest) continue;
    if (best === null || Math.abs(i - middle) < Math.abs(best - middle)) best = i;
  }
  return best;
}
