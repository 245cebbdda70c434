import type { Completeness } from "../market/candle.ts";
import type { Interval } from "../market/interval.ts";
import type { IdScheme } from "../market/tick.ts";
import type { TradeSummary } from "./trade-summary.ts";

/** The trade that comes before a stretch of windows. */
export interface LastTrade {
  readonly ts: number;
  readonly price: number;
  readonly lastId: number;
}

/** What speaks for the silence of windows without trades, besides ids. */
export interface Evidence {
  readonly ids: IdScheme;
  /** Spans whose trades may be lost. */
  readonly lost: readonly Interval[];
  /** Whether a source vouches that it tells all of [from, to). */
  vouched(from: number, to: number): boolean;
}

/** Whether [from, to) overlaps one of `spans`. */
export function overlaps(spans: readonly Interval[], from: number, to: number): boolean {
  return spans.some((span) => span.from < to && span.to > from);
}

/** The trade that ends a summary. */
export function lastTradeOf(summary: TradeSummary): LastTrade {
  return { ts: summary.closeTs, price: summary.close, lastId: summary.lastId };
}

/** Whether the ids of a window follow each other, and the trade before. */
export function followsFrom(before: LastTrade | null, summary: TradeSummary): boolean {
  return before !== null && summary.firstId === before.lastId + 1;
}

/**
 * Completeness of a window with trades that ends at `to`. `next` is the next window that has trades, null while none is
 * known: the source then vouches for the trades up to `to`, unless it said that it may have lost some.
 */
export function completenessOfTraded(
  to: number,
  before: LastTrade | null,
  summary: TradeSummary,
  next: TradeSummary | null,
  evidence: Evidence,
): Completeness {
  if (evidence.ids === "hash") return "unknown";
  const inside = summary.trades === summary.lastId - summary.firstId + 1;
  const right = next === null ? !overlaps(evidence.lost, summary.closeTs, to) : followsFrom(lastTradeOf(summary), next);
  return inside && right && followsFrom(before, summary) ? "proven" : "unknown";
}

/** Completeness of a window without trades, between `before` and `next` (null while none is known). */
export function completenessOfSilent(
  window: Interval,
  before: LastTrade,
  next: TradeSummary | null,
  evidence: Evidence,
): Completeness {
  if (evidence.ids === "sequence" && next !== null) return followsFrom(before, next) ? "proven" : "gap";
  if (overlaps(evidence.lost, window.from, window.to)) return "gap";
  if (!evidence.vouched(window.from, window.to)) return "gap";
  return evidence.ids === "sequence" ? "proven" : "unknown";
}
