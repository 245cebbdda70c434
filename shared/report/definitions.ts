/** What each figure means, for a reader who points at it. */
export const DEFINITIONS = {
  finalValue: "Cash and positions at the last bar's close, in quote currency.",
  totalReturn: "Final value / start value − 1.",
  buyAndHold: "The same account if it had bought the first feed at its first open and held it, fee included.",
  cagr: "Compound annual growth rate, with a year of 365 days.",
  volatility: "Standard deviation of daily returns (UTC days), times √365.",
  sharpe: "Mean of daily returns / their standard deviation, times √365, with a risk-free rate of 0.",
  sortino: "As Sharpe, but only falls count as risk.",
  calmar: "CAGR / maximum drawdown.",
  maxDrawdown: "Greatest fall from a peak of the account's value, over all bars.",
  maxDrawdownMs: "Longest time that the account stayed below a former peak.",
  valueAtRisk: "On one day in twenty the account lost more than this: the 5 % quantile of daily returns.",
  bestMonth: "Greatest return of a UTC month that the run touches.",
  worstMonth: "Least return of a UTC month that the run touches.",
  trades: "Round trips: from flat to a position and back to flat.",
  winRate: "Share of trades that earned more than their fees.",
  profitFactor: "Sum of net gains / sum of net losses.",
  expectancy: "Mean net profit of a trade.",
  averageWin: "Mean net profit of the trades that won.",
  averageLoss: "Mean net loss of the trades that did not win.",
  payoff: "Average win / average loss.",
  bestTrade: "Greatest net profit of one trade.",
  worstTrade: "Least net profit of one trade.",
  winningStreak: "Most wins in a row, in order of the trades' close.",
  losingStreak: "Most losses in a row, in order of the trades' close.",
  holding: "Mean time from a trade's first fill to its last.",
  exposure: "Share of bars at whose end a position was held.",
  turnover: "Traded value / mean value of the account.",
  fees: "All fees paid, in quote currency.",
} as const;

/** A figure that has a definition. */
export type Term = keyof typeof DEFINITIONS;
