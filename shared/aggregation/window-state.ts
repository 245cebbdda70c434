import type { Candle, CandleOrigin, CandleReason, Completeness } from "../market/candle.ts";
import { type Timeframe, windowClose } from "../market/timeframe.ts";
import type { TradeSummary } from "./trade-summary.ts";

/** A window that is closed: what its candle says, and how often it was restated. */
export interface ClosedWindow {
  readonly openTime: number;
  summary: TradeSummary | null;
  completeness: Completeness;
  /** Price of the last trade before the window, shown where it is empty; null where there is none. */
  flat: number | null;
  revision: number;
}

/** What happened to a closed window: what its candle is published for, and what longer windows are merged from. */
export interface WindowChange {
  readonly window: ClosedWindow;
  /** Trades that joined: all of them when the window has just closed. */
  readonly joined: TradeSummary | null;
  /** Completeness before; null when the window has just closed. */
  readonly was: Completeness | null;
  readonly reason: CandleReason;
}

/** Who publishes candles, and of what. */
export interface CandleSeries {
  readonly instrument: string;
  readonly timeframe: Timeframe;
  readonly origin: CandleOrigin;
  /** Whether trade ids mean anything to a reader. */
  readonly sequentialIds: boolean;
}

const NO_TRADES = { volume: 0n, quoteVolume: 0n, buyVolume: 0n, trades: 0, firstId: null, lastId: null } as const;

/** The candle of a closed window. */
export function candleOf(series: CandleSeries, window: ClosedWindow, reason: CandleReason): Candle {
  const { summary, completeness, openTime, revision } = window;
  const { instrument, timeframe, origin, sequentialIds } = series;
  const head = { instrument, timeframe, openTime, closeTime: windowClose(timeframe, openTime) };
  const tail = { origin, revision, reason, completeness };
  if (summary === null) {
    const price = completeness === "gap" ? null : window.flat;
    return { ...head, open: price, high: price, low: price, close: price, ...NO_TRADES, ...tail };
  }
  const { open, high, low, close, volume, quoteVolume, buyVolume, trades } = summary;
  const ids = sequentialIds ? { firstId: summary.firstId, lastId: summary.lastId } : { firstId: null, lastId: null };
  return { ...head, open, high, low, close, volume, quoteVolume, buyVolume, trades, ...ids, ...tail };
}
