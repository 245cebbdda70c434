import { expect, test } from "vitest";
import type { TradeRow } from "../engine/run-events.ts";
import { statisticsBy, tradeStatistics } from "./trade-statistics.ts";

function closed(pnl: number, tag: string | null = null): TradeRow {
  return {
    seq: 0,
    trade: 1,
    feed: "data",
    openTime: 0,
    closeTime: 60_000,
    size: 1,
    entryPrice: 100,
    exitPrice: 100 + pnl,
    pnl,
    fees: 1,
    bars: 1,
    tag,
    exitTag: null,
    exitType: "Market",
  };
}

test("counts wins after fees, streaks and averages", () => {
  const statistics = tradeStatistics([closed(11), closed(5), closed(1), closed(-3), closed(-9), closed(21)]);
  expect(statistics).toEqual({
    count: 6,
    wins: 3,
    netProfit: 20,
    averageWin: 34 / 3,
    averageLoss: 14 / 3,
    payoff: 34 / 14,
    best: 20,
    worst: -10,
    longestWinningStreak: 2,
    longestLosingStreak: 3,
    averageHolding: 60_000,
  });
});

test("has nothing to say of no trades", () => {
  expect(tradeStatistics([])).toMatchObject({
    count: 0,
    averageWin: null,
    payoff: null,
    best: null,
    averageHolding: null,
  });
});

test("groups by a label", () => {
  const groups = statisticsBy([closed(2, "a"), closed(3, "b"), closed(4, "a")], (trade) => trade.tag ?? "");
  expect(groups.map(({ label, statistics }) => [label, statistics.count])).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
});
