/**
 * The figures that tables, reports and sweeps show. Fractions, not percents. Taken from daily values (UTC, last value
 * of each day), 365 days a year, risk-free rate 0; ratios are null under 30 days.
 */
export interface TearSheet {
  readonly startTime: number;
  readonly endTime: number;
  readonly bars: number;
  readonly startValue: number;
  readonly finalCash: number;
  readonly finalValue: number;
  /** finalValue / startValue − 1. */
  readonly totalReturn: number;
  /** Compound annual growth rate. */
  readonly cagr: number | null;
  readonly volatility: number | null;
  readonly sharpe: number | null;
  readonly sortino: number | null;
  readonly calmar: number | null;
  /** Greatest fall from a peak, as a positive fraction of the peak, over all bars. */
  readonly maxDrawdown: number;
  /** Longest time under a peak, ms. */
  readonly maxDrawdownMs: number;
  readonly trades: number;
  readonly wins: number;
  readonly winRate: number | null;
  /** Sum of net gains / sum of net losses; null without losses. */
  readonly profitFactor: number | null;
  /** Mean net profit of a trade, quote currency. */
  readonly expectancy: number | null;
  /** Fraction of bars with a position. */
  readonly exposure: number;
  /** Traded value / mean portfolio value. */
  readonly turnover: number;
  /** Quote currency. */
  readonly fees: number;
  /** 5 % quantile of daily returns as a positive loss; null under 30 days. */
  readonly valueAtRisk: number | null;
  /** Return of each UTC month that the run touches. */
  readonly monthly: readonly { readonly month: string; readonly return: number }[];
  /** The same account if it had bought the first feed at its first open and held, fee included. */
  readonly buyAndHold: { readonly finalValue: number; readonly totalReturn: number; readonly maxDrawdown: number };
}
