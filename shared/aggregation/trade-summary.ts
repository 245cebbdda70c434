import { checkDecimal, type Decimal } from "../market/decimal.ts";

/**
 * What the trades of a span amount to. Merging is associative and commutative: open is the price of the least
 * (ts, id), close of the greatest, sums are exact. Not idempotent: trades are told apart by id before.
 */
export interface TradeSummary {
  readonly openTs: number;
  readonly openId: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly closeTs: number;
  readonly closeId: number;
  readonly close: number;
  readonly volume: Decimal;
  /** Null as soon as one part has none, as candles from a file may. */
  readonly quoteVolume: Decimal | null;
  /** Null as soon as one trade has no side. */
  readonly buyVolume: Decimal | null;
  /** Number of trades, those inside aggregates included; NaN as soon as one part has no count. */
  readonly trades: number;
  /** Least first and greatest last trade id; NaN as soon as one part has none. */
  readonly firstId: number;
  readonly lastId: number;
}

function addKnown(a: Decimal | null, b: Decimal | null, what: string): Decimal | null {
  return a === null || b === null ? null : checkDecimal(a + b, what);
}

/** Both together. Throws RangeError when a sum passes 1e20. */
export function mergeSummaries(a: TradeSummary, b: TradeSummary): TradeSummary {
  const openIsA = a.openTs < b.openTs || (a.openTs === b.openTs && a.openId <= b.openId);
  const closeIsA = a.closeTs > b.closeTs || (a.closeTs === b.closeTs && a.closeId >= b.closeId);
  const opening = openIsA ? a : b;
  const closing = closeIsA ? a : b;
  return {
    openTs: opening.openTs,
    openId: opening.openId,
    open: opening.open,
    high: Math.max(a.high, b.high),
    low: Math.min(a.low, b.low),
    closeTs: closing.closeTs,
    closeId: closing.closeId,
    close: closing.close,
    volume: checkDecimal(a.volume + b.volume, "volume"),
    quoteVolume: addKnown(a.quoteVolume, b.quoteVolume, "quote volume"),
    buyVolume: addKnown(a.buyVolume, b.buyVolume, "buy volume"),
    trades: a.trades + b.trades,
    firstId: Math.min(a.firstId, b.firstId),
    lastId: Math.max(a.lastId, b.lastId),
  };
}

/** As `mergeSummaries`, where either may be missing. */
export function joinSummaries(a: TradeSummary | null, b: TradeSummary | null): TradeSummary | null {
  if (a === null) return b;
  return b === null ? a : mergeSummaries(a, b);
}
