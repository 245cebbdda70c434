import type { TearSheet } from "../engine/tear-sheet.ts";
import type { Term } from "./definitions.ts";
import { NO_FIGURES, term, underThirtyDays, valueOrReason } from "./figure-cells.ts";
import {
  digitsOfMoney,
  formatDuration,
  formatNumber,
  formatPercent,
  formatSigned,
  formatSignedPercent,
  formatWithUnit,
  NOTHING,
} from "./format.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportInput } from "./report-input.ts";
import { type TradeStatistics, tradeStatistics } from "./trade-statistics.ts";

/** A name, what it means, its text, why it may be missing, and what buy & hold made of it. */
type Figure = readonly [name: string, definition: Term, text: string, reason: string, hold?: string];

/** All figures in three groups: return and risk (beside buy & hold), trades, costs and activity. */
export function figuresSection(input: ReportInput): Markup {
  const { figures, spec } = input;
  const digits = digitsOfMoney(input.run.broker.cash);
  const statistics = tradeStatistics(input.results.trades);
  return html`<section id="figures"><h2>Figures</h2>
<p class="note">Ratios are taken from daily values (UTC, 365 days a year, risk-free rate 0). Money is in ${spec.quote}. Point at a name, or tap it, for its definition.</p>
<div class="columns">
${group("Return and risk", returnFigures(figures, digits), true)}
${group("Trades", tradeFigures(figures, statistics, digits), false)}
${group("Costs and activity", activityFigures(figures, digits), false)}
</div></section>`;
}

function group(title: string, figures: readonly Figure[], withHold: boolean): Markup {
  const head = withHold
    ? html`<thead><tr><th scope="col">${title}</th><th scope="col">Strategy</th><th scope="col">${term("Buy & hold", "buyAndHold")}</th></tr></thead>`
    : html`<thead><tr><th scope="col">${title}</th><th scope="col"><span class="hidden">Value</span></th></tr></thead>`;
  return html`<table class="figures">${head}<tbody>${figures.map(([name, definition, text, reason, hold]) => {
    const held = withHold ? html`<td class="faint">${hold ?? ""}</td>` : null;
    return html`<tr><th scope="row">${term(name, definition)}</th><td>${valueOrReason(text, reason)}</td>${held}</tr>`;
  })}</tbody></table>`;
}

function returnFigures(figures: TearSheet | null, digits: number): Figure[] {
  const hold = figures?.buyAndHold ?? null;
  const short = underThirtyDays(figures);
  const months = figures?.monthly.map((month) => month.return) ?? [];
  const best = months.length === 0 ? null : Math.max(...months);
  const worst = months.length === 0 ? null : Math.min(...months);
  return [
    [
      "Final value",
      "finalValue",
      formatNumber(figures?.finalValue ?? null, digits),
      NO_FIGURES,
      formatNumber(hold?.finalValue ?? null, digits),
    ],
    [
      "Total return",
      "totalReturn",
      formatSignedPercent(figures?.totalReturn ?? null),
      NO_FIGURES,
      formatSignedPercent(hold?.totalReturn ?? null),
    ],
    ["CAGR", "cagr", formatSignedPercent(figures?.cagr ?? null), short],
    [
      "Max drawdown",
      "maxDrawdown",
      formatPercent(figures?.maxDrawdown ?? null),
      NO_FIGURES,
      formatPercent(hold?.maxDrawdown ?? null),
    ],
    ["Longest time under a peak", "maxDrawdownMs", formatDuration(figures?.maxDrawdownMs ?? null), NO_FIGURES],
    ["Volatility, a year", "volatility", formatPercent(figures?.volatility ?? null), short],
    ["Sharpe", "sharpe", formatSigned(figures?.sharpe ?? null, 2), short],
    ["Sortino", "sortino", formatSigned(figures?.sortino ?? null, 2), short],
    ["Calmar", "calmar", formatSigned(figures?.calmar ?? null, 2), short],
    ["Value at risk, 5 %, a day", "valueAtRisk", formatPercent(figures?.valueAtRisk ?? null), short],
    ["Best month", "bestMonth", formatSignedPercent(best), NO_FIGURES],
    ["Worst month", "worstMonth", formatSignedPercent(worst), NO_FIGURES],
  ];
}

function tradeFigures(figures: TearSheet | null, statistics: TradeStatistics, digits: number): Figure[] {
  const none = statistics.count === 0 ? "No trade was closed." : null;
  const noLoss = none ?? "Every trade won.";
  const noWin = none ?? "No trade won.";
  const absent = figures === null ? NO_FIGURES : noLoss;
  const money = (value: number | null): string => formatSigned(value, digits);
  return [
    ["Trades", "trades", formatNumber(statistics.count, 0), ""],
    [
      "Win rate",
      "winRate",
      formatPercent(statistics.count === 0 ? null : statistics.wins / statistics.count, 1),
      none ?? "",
    ],
    ["Profit factor", "profitFactor", formatNumber(figures?.profitFactor ?? null, 2), absent],
    ["Expectancy", "expectancy", money(figures?.expectancy ?? null), figures === null ? NO_FIGURES : (none ?? "")],
    ["Average win", "averageWin", money(statistics.averageWin), noWin],
    ["Average loss", "averageLoss", money(statistics.averageLoss === null ? null : -statistics.averageLoss), noLoss],
    ["Payoff", "payoff", formatNumber(statistics.payoff, 2), none ?? "Needs trades that won and trades that lost."],
    ["Best trade", "bestTrade", money(statistics.best), none ?? ""],
    ["Worst trade", "worstTrade", money(statistics.worst), none ?? ""],
    ["Longest winning streak", "winningStreak", formatNumber(statistics.longestWinningStreak, 0), ""],
    ["Longest losing streak", "losingStreak", formatNumber(statistics.longestLosingStreak, 0), ""],
    ["Average holding time", "holding", formatDuration(statistics.averageHolding), none ?? ""],
  ];
}

function activityFigures(figures: TearSheet | null, digits: number): Figure[] {
  const share = figures === null ? NOTHING : formatPercent(figures.fees / figures.startValue);
  return [
    ["Fees", "fees", formatNumber(figures?.fees ?? null, digits), NO_FIGURES],
    ["Fees / start value", "feeShare", share, NO_FIGURES],
    ["Turnover", "turnover", figures === null ? NOTHING : formatWithUnit(figures.turnover, 2, "×"), NO_FIGURES],
    ["Exposure", "exposure", formatPercent(figures?.exposure ?? null, 1), NO_FIGURES],
    ["Bars", "bars", formatNumber(figures?.bars ?? null, 0), NO_FIGURES],
  ];
}
