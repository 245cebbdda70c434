import type { TradeRow } from "../engine/run-events.ts";

/** What a set of round trips came to. Money is quote currency after fees; null where there is nothing to average. */
export interface TradeStatistics {
  readonly count: number;
  readonly wins: number;
  readonly netProfit: number;
  readonly averageWin: number | null;
  /** Positive. */
  readonly averageLoss: number | null;
  /** averageWin / averageLoss. */
  readonly payoff: number | null;
  readonly best: number | null;
  readonly worst: number | null;
  readonly longestWinningStreak: number;
  readonly longestLosingStreak: number;
  /** ms. */
  readonly averageHolding: number | null;
}

/** What a round trip earned after fees, quote currency. */
export function netProfit(trade: TradeRow): number {
  return trade.pnl - trade.fees;
}

/** Statistics of `trades`, which are in order of their close. A trade wins if it earns more than its fees. */
export function tradeStatistics(trades: readonly TradeRow[]): TradeStatistics {
  let wins = 0;
  let gains = 0;
  let losses = 0;
  let best = Number.NEGATIVE_INFINITY;
  let worst = Number.POSITIVE_INFINITY;
  let holding = 0;
  let streak = 0;
  let longestWinningStreak = 0;
  let longestLosingStreak = 0;
  for (const trade of trades) {
    const net = netProfit(trade);
    if (net > 0) {
      wins++;
      gains += net;
      streak = Math.max(streak, 0) + 1;
    } else {
      losses -= net;
      streak = Math.min(streak, 0) - 1;
    }
    longestWinningStreak = Math.max(longestWinningStreak, streak);
    longestLosingStreak = Math.max(longestLosingStreak, -streak);
    best = Math.max(best, net);
    worst = Math.min(worst, net);
    holding += trade.closeTime - trade.openTime;
  }
  const count = trades.length;
  const losers = count - wins;
  const averageWin = wins === 0 ? null : gains / wins;
  const averageLoss = losers === 0 ? null : losses / losers;
  return {
    count,
    wins,
    netProfit: gains - losses,
    averageWin,
    averageLoss,
    payoff: averageWin === null || averageLoss === null || averageLoss === 0 ? null : averageWin / averageLoss,
    best: count === 0 ? null : best,
    worst: count === 0 ? null : worst,
    longestWinningStreak,
    longestLosingStreak,
    averageHolding: count === 0 ? null : holding / count,
  };
}

/** Statistics by a label of each trade, in order of first appearance. */
export function statisticsBy(
  trades: readonly TradeRow[],
  label: (trade: TradeRow) => string,
): { readonly label: string; readonly statistics: TradeStatistics }[] {
  const groups = new Map<string, TradeRow[]>();
  for (const trade of trades) {
    const key = label(trade);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [trade]);
    else group.push(trade);
  }
  return [...groups].map(([key, group]) => ({ label: key, statistics: tradeStatistics(group) }));
}
