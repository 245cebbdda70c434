import type { DuckDBConnection } from "@duckdb/node-api";
import type { Candle, CandleOrigin, CandleReason, Completeness } from "#shared/market/candle.ts";
import type { Decimal } from "#shared/market/decimal.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";
import {
  appendColumns,
  bytes,
  constantByte,
  constantInteger,
  decimals,
  doubles,
  nullableDoubles,
} from "./column-sources.ts";
import type { ResultChunk } from "./result-chunk.ts";

/** Stored as the numbers of their places; new ones join at the end. */
const ORIGINS: readonly CandleOrigin[] = ["live", "rebuilt", "exchange", "file"];
const REASONS: readonly CandleReason[] = ["close", "late", "completeness", "rebuild", "import"];
const COMPLETENESS: readonly Completeness[] = ["proven", "reconciled", "unknown", "gap"];
/** As they are stored: `TIMEFRAMES` may gain one in its middle. */
const STORED_TIMEFRAMES: readonly Timeframe[] = [
  "1s",
  "1m",
  "3m",
  "5m",
  "15m",
  "30m",
  "1h",
  "2h",
  "4h",
  "6h",
  "8h",
  "12h",
  "1d",
  "1w",
  "1M",
];

export function originCode(origin: CandleOrigin): number {
  return ORIGINS.indexOf(origin);
}

export function originOfCode(code: number): CandleOrigin {
  return ORIGINS[code]!;
}

export function timeframeCode(timeframe: Timeframe): number {
  return STORED_TIMEFRAMES.indexOf(timeframe);
}

export function timeframeOfCode(code: number): Timeframe {
  return STORED_TIMEFRAMES[code]!;
}

export function completenessOfCode(code: number): Completeness {
  return COMPLETENESS[code]!;
}

/** An SQL expression that names what `column` holds as a code. */
export function codeName(column: "origin" | "reason" | "completeness"): string {
  const names = { origin: ORIGINS, reason: REASONS, completeness: COMPLETENESS }[column];
  return `[${names.map((name) => `'${name}'`).join(", ")}][${column}::INTEGER + 1]`;
}

/** The columns that `candlesOf` reads, of `candles c`. */
export const CANDLE_SELECTION = `c.open_time::DOUBLE, c.close_time::DOUBLE, c.open, c.high, c.low, c.close, c.volume,
  c.quote_volume, c.buy_volume, c.trades::DOUBLE, c.first_id::DOUBLE, c.last_id::DOUBLE, c.origin, c.revision::DOUBLE,
  c.reason, c.completeness`;

/** The candles of a chunk of `CANDLE_SELECTION`. */
export function candlesOf(instrument: string, timeframe: Timeframe, chunk: ResultChunk): Candle[] {
  const openTime = chunk.doubles(0);
  const closeTime = chunk.doubles(1);
  const [open, high, low, close] = [2, 3, 4, 5].map((column) => chunk.nullableDoubles(column));
  const [volume, quoteVolume, buyVolume] = [6, 7, 8].map((column) => chunk.decimals(column));
  const [trades, firstId, lastId] = [9, 10, 11].map((column) => chunk.nullableDoubles(column));
  const origin = chunk.bytes(12);
  const revision = chunk.doubles(13);
  const reason = chunk.bytes(14);
  const completeness = chunk.bytes(15);
  const candles = new Array<Candle>(chunk.length);
  for (let i = 0; i < chunk.length; i++) {
    candles[i] = {
      instrument,
      timeframe,
      openTime: openTime[i]!,
      closeTime: closeTime[i]!,
      open: orNull(open![i]!),
      high: orNull(high![i]!),
      low: orNull(low![i]!),
      close: orNull(close![i]!),
      volume: volume![i]!,
      quoteVolume: quoteVolume![i]!,
      buyVolume: buyVolume![i]!,
      trades: orNull(trades![i]!),
      firstId: orNull(firstId![i]!),
      lastId: orNull(lastId![i]!),
      origin: ORIGINS[origin[i]!]!,
      revision: revision[i]!,
      reason: REASONS[reason[i]!]!,
      completeness: COMPLETENESS[completeness[i]!]!,
    };
  }
  return candles;
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Appends candles of one series to a table that has the columns of `candles`, under their own revisions or another. */
export async function appendCandles(
  connection: DuckDBConnection,
  table: string,
  key: number,
  timeframe: Timeframe,
  candles: readonly Candle[],
  revision: number | null = null,
): Promise<void> {
  // A plain loop: `Float64Array.from` with a function goes through an iterator, at several times the cost.
  const numbers = (of: (candle: Candle) => number | null): Float64Array => {
    const values = new Float64Array(candles.length);
    for (let i = 0; i < candles.length; i++) values[i] = of(candles[i]!) ?? Number.NaN;
    return values;
  };
  const nullable = (of: (candle: Candle) => number | null) => nullableDoubles(numbers(of));
  const sums = (of: (candle: Candle) => Decimal | null) => decimals(candles.map(of));
  const codes = (of: (candle: Candle) => number) => bytes(Uint8Array.from(numbers(of)));
  await appendColumns(connection, table, candles.length, [
    constantInteger(key),
    constantByte(timeframeCode(timeframe)),
    doubles(numbers((candle) => candle.openTime)),
    doubles(numbers((candle) => candle.closeTime)),
    nullable((candle) => candle.open),
    nullable((candle) => candle.high),
    nullable((candle) => candle.low),
    nullable((candle) => candle.close),
    sums((candle) => candle.volume),
    sums((candle) => candle.quoteVolume),
    sums((candle) => candle.buyVolume),
    nullable((candle) => candle.trades),
    nullable((candle) => candle.firstId),
    nullable((candle) => candle.lastId),
    codes((candle) => originCode(candle.origin)),
    doubles(numbers((candle) => revision ?? candle.revision)),
    codes((candle) => REASONS.indexOf(candle.reason)),
    codes((candle) => COMPLETENESS.indexOf(candle.completeness)),
  ]);
}
