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
  const ids = {
    firstId: sequentialIds ? known(summary.firstId) : null,
    lastId: sequentialIds ? known(summary.lastId) : null,
  };
  const sums = { volume, quoteVolume, buyVolume, trades: known(trades) };
  return { ...head, open, high, low, close, ...sums, ...ids, ...tail };
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/**
 * A stored candle as a closed window again, to merge longer candles from. Its trades' times are lost: its bounds stand
 * for them, which keeps the order among windows.
 */
export function windowOf(candle: Candle): ClosedWindow {
  const { openTime, completeness, revision, open, high, low, close } = candle;
  const traded = candle.trades !== 0 && open !== null && high !== null && low !== null && close !== null;
  if (!traded) return { openTime, summary: null, completeness, flat: close, revision };
  const firstId = candle.firstId ?? Number.NaN;
  const lastId = candle.lastId ?? Number.NaN;
  const summary: TradeSummary = {
    openTs: openTime,
    openId: 0,
    open,
    high,
    low,
    closeTs: candle.closeTime - 1,
    closeId: 0,
    close,
    volume: candle.volume,
    quoteVolume: candle.quoteVolume,
    buyVolume: candle.buyVolume,
    trades: candle.trades ?? Number.NaN,
    firstId,
    lastId,
  };
  return { openTime, summary, completeness, flat: open, revision };
}
