import type { Decimal } from "./decimal.ts";
import type { Timeframe } from "./timeframe.ts";

/**
 * How well a candle is known, best first. `proven`: trade ids are contiguous inside and to the id before, or a window's
 * silence is proven by them. `reconciled`: equal to the exchange's own candle. `unknown`: nothing speaks for or against
 * it. `gap`: trades were lost and none is known; such a candle has no prices and gives no bar.
 */
export type Completeness = "proven" | "reconciled" | "unknown" | "gap";

/** Who computed a candle: the live stream, a rebuild from stored ticks, the exchange, or whoever wrote a file. */
export type CandleOrigin = "live" | "rebuilt" | "exchange" | "file";

/** Why a candle was published: its window closed, a late trade joined it, or only what is known about it changed. */
export type CandleReason = "close" | "late" | "completeness" | "rebuild" | "import";

/**
 * What happened in [openTime, closeTime), ms UTC. A window without trades is *empty* (prices flat at the previous
 * close, sums 0) or, if its silence is not proven, a *gap* (prices null). Values that a source lacks are null, never 0.
 */
export interface Candle {
  /** `binance:BTC/USDT` */
  readonly instrument: string;
  readonly timeframe: Timeframe;
  readonly openTime: number;
  readonly closeTime: number;
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly close: number | null;
  /** Base units, exact. */
  readonly volume: Decimal;
  /** Quote currency, exact. Null where the source has none. */
  readonly quoteVolume: Decimal | null;
  /** Base units bought by takers, exact. Null where the side is unknown. */
  readonly buyVolume: Decimal | null;
  /** Number of trades. Null where the source has volume but no counts. */
  readonly trades: number | null;
  /** Least and greatest trade id; null without trades or without sequential ids. */
  readonly firstId: number | null;
  readonly lastId: number | null;
  readonly origin: CandleOrigin;
  /** 0 for what was published when the window closed, then counting up. */
  readonly revision: number;
  readonly reason: CandleReason;
  readonly completeness: Completeness;
}

/**
 * Candles of one feed in columns, in order of closeTime, gaps left out: what the engine runs on. `trades` is NaN where
 * unknown and 0 for an empty window; volumes are rounded once from the exact sums.
 */
export interface CandleColumns {
  readonly length: number;
  readonly openTime: Float64Array;
  readonly closeTime: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly trades: Float64Array;
}

/** How many windows are known how well. */
export type WindowCounts = Readonly<Record<Completeness, number>>;

/** Candles, and how far they tell: close time of the last window, ms UTC, which may be a gap; 0 where there is none. */
export interface ToldCandles extends CandleColumns {
  readonly told: number;
}

/** The candles that were chosen for a feed's windows, with how well each of these is known, gaps included. */
export interface ChosenCandles extends ToldCandles {
  readonly quality: WindowCounts;
}

/**
 * Which candle stands for a window that has several. `best`: rebuilt, else the greatest live revision, else the
 * exchange's, else a file's. `known`: live revision 0 where there is one, which is all that a strategy could know then.
 */
export type CandleChoice = "best" | "known";

const RANK: Readonly<Record<Completeness, number>> = { proven: 3, reconciled: 2, unknown: 1, gap: 0 };

/** The weaker of two. */
export function weakest(a: Completeness, b: Completeness): Completeness {
  return RANK[a] <= RANK[b] ? a : b;
}

/** Whether the window is known to have had no trades. */
export function isEmpty(candle: Candle): boolean {
  return candle.trades === 0 && candle.completeness !== "gap";
}

/** Whether two candles are equal in all but the revision. */
export function sameContent(a: Candle, b: Candle): boolean {
  return Object.entries(a).every(([field, value]) => field === "revision" || value === b[field as keyof Candle]);
}
