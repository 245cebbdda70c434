import type { Candle, CandleOrigin, CandleReason, Completeness } from "../market/candle.ts";
import { type Instrument, instrumentKey } from "../market/instrument.ts";
import type { Coverage, CoverageKind, Interval } from "../market/interval.ts";
import { TIMEFRAMES, windowClose, windowOpen } from "../market/timeframe.ts";
import {
  choiceField,
  decodeJson,
  encodeJson,
  instrumentField,
  integerField,
  listField,
  objectOf,
  optionalNumberField,
  PoisonError,
  textField,
} from "./decoded.ts";
import { generationField, type ReplayGeneration } from "./replay-keys.ts";

/** Version of the records on topics `candles` and `replay-candles`. */
export const CANDLES_VERSION = 1;

const ORIGINS: readonly CandleOrigin[] = ["live", "rebuilt", "exchange", "file"];
const REASONS: readonly CandleReason[] = ["close", "late", "completeness", "rebuild", "import"];
const COMPLETENESS: readonly Completeness[] = ["proven", "reconciled", "unknown", "gap"];
const COVERAGE: readonly CoverageKind[] = ["lost", "source", "silent"];

/** All that one `ticks` record caused for its instrument. */
export interface CandlesRecord {
  readonly instrument: Instrument;
  /** Closed and restated candles, in the order they came about. */
  readonly candles: readonly Candle[];
  /** Spans to be rebuilt from stored ticks. */
  readonly dirty: readonly Interval[];
  readonly coverage: readonly Coverage[];
  /** When the instrument ended, ms UTC, exclusive; null while it goes on. */
  readonly ended: number | null;
  /** Every candle of the instrument that closes up to here is told, ms UTC; absent: up to the last one in the record. */
  readonly told?: number;
  /** Absent on topic `candles`. */
  readonly replay?: ReplayGeneration;
}

/** A record as the bytes of topic `candles` or `replay-candles`: JSON, sums as decimal integers of 1e-18. */
export function encodeCandlesRecord(record: CandlesRecord): Uint8Array {
  return encodeJson({
    v: CANDLES_VERSION,
    kind: "candles",
    ...record.replay,
    exchange: record.instrument.exchange,
    symbol: record.instrument.symbol,
    candles: record.candles.map((candle) => ({
      timeframe: candle.timeframe,
      openTime: candle.openTime,
      open: candle.open,
      high: candle.high,
      low: candle.low,
      close: candle.close,
      volume: candle.volume.toString(),
      quoteVolume: candle.quoteVolume?.toString() ?? null,
      buyVolume: candle.buyVolume?.toString() ?? null,
      trades: candle.trades,
      firstId: candle.firstId,
      lastId: candle.lastId,
      origin: candle.origin,
      revision: candle.revision,
      reason: candle.reason,
      completeness: candle.completeness,
    })),
    dirty: record.dirty.map(({ from, to }) => [from, to]),
    coverage: record.coverage,
    ended: record.ended,
    ...(record.told === undefined ? null : { told: record.told }),
  });
}

/** The inverse. Throws PoisonError or NewerVersionError. */
export function decodeCandlesRecord(bytes: Uint8Array | null): CandlesRecord {
  const json = decodeJson(bytes, CANDLES_VERSION);
  choiceField(json, "kind", ["candles"]);
  const instrument = instrumentField(json);
  const key = instrumentKey(instrument);
  const replay = generationField(json);
  return {
    instrument,
    candles: listField(json, "candles").map((value) => decodeCandle(key, value)),
    dirty: listField(json, "dirty").map((span) => {
      const [from, to] = listField({ span }, "span");
      return { from: integerField({ from }, "from"), to: integerField({ to }, "to") };
    }),
    coverage: listField(json, "coverage").map((value) => {
      const span = objectOf(value, "coverage");
      return {
        from: integerField(span, "from"),
        to: integerField(span, "to"),
        kind: choiceField(span, "kind", COVERAGE),
        reason: textField(span, "reason"),
      };
    }),
    ended: json["ended"] === null ? null : integerField(json, "ended"),
    ...(json["told"] === undefined ? null : { told: integerField(json, "told") }),
    ...(replay === null ? null : { replay }),
  };
}

function decodeCandle(instrument: string, value: unknown): Candle {
  const json = objectOf(value, "candle");
  const timeframe = choiceField(json, "timeframe", TIMEFRAMES);
  const openTime = integerField(json, "openTime");
  if (windowOpen(timeframe, openTime) !== openTime)
    throw new PoisonError(`no ${timeframe} candle opens at ${openTime}`);
  const completeness = choiceField(json, "completeness", COMPLETENESS);
  const prices = {
    open: optionalNumberField(json, "open"),
    high: optionalNumberField(json, "high"),
    low: optionalNumberField(json, "low"),
    close: optionalNumberField(json, "close"),
  };
  if (completeness !== "gap" && Object.values(prices).includes(null)) {
    throw new PoisonError(`the ${timeframe} candle at ${openTime} has no price, but is no gap`);
  }
  return {
    instrument,
    timeframe,
    openTime,
    closeTime: windowClose(timeframe, openTime),
    ...prices,
    volume: decimalField(json, "volume") ?? 0n,
    quoteVolume: decimalField(json, "quoteVolume"),
    buyVolume: decimalField(json, "buyVolume"),
    trades: optionalNumberField(json, "trades"),
    firstId: optionalNumberField(json, "firstId"),
    lastId: optionalNumberField(json, "lastId"),
    origin: choiceField(json, "origin", ORIGINS),
    revision: integerField(json, "revision"),
    reason: choiceField(json, "reason", REASONS),
    completeness,
  };
}

function decimalField(json: Readonly<Record<string, unknown>>, name: string): bigint | null {
  const value = json[name] ?? null;
  if (value === null) return null;
  if (typeof value !== "string" || !/^\d{1,38}$/.test(value)) {
    throw new PoisonError(`${name} is ${JSON.stringify(value)}: a count of 1e-18 as decimal text is needed`);
  }
  return BigInt(value);
}
