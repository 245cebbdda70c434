import type { OrderStatus, TradeRow } from "../engine/run-events.ts";
import {
  digitsOfMoney,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatSigned,
  NOTHING,
} from "./format.ts";
import { html, type Markup } from "./markup.ts";
import { isRemarkable, ROW_LIMIT } from "./page-data.ts";
import type { ReportInput } from "./report-input.ts";
import { statisticsBy } from "./trade-statistics.ts";

/** Round trips: by direction and tag, and one by one in a table that the page's script fills. */
export function tradeSection(input: ReportInput): Markup {
  const { trades } = input.results;
  if (trades.length === 0) {
    return html`<section id="trades"><h2>Trades</h2><p class="note">${noTrades(input)}</p></section>`;
  }
  return html`<section id="trades"><h2>Trades</h2>
<p class="note">Round trips from flat to flat; times are the ends of the bars in which they opened and closed. ${truncation(trades.length, "trade", input)} Choose a trade's number to see it in the candle chart.</p>
${tradeGroups(input)}
<h3>One by one</h3><div data-table="trades"></div></section>`;
}

function noTrades(input: ReportInput): string {
  const { fills, orders } = input.results;
  if (fills.length > 0) return "No round trip was closed: the position opened was still held at the end.";
  return orders.length > 0 ? "No order was filled." : "The strategy placed no order.";
}

function truncation(count: number, noun: string, input: ReportInput): Markup | null {
  if (count <= ROW_LIMIT) return null;
  return html`The table holds the last ${formatNumber(ROW_LIMIT, 0)} of ${formatCount(count, noun)}: <code>npx millrace export ${input.run.run}</code> has them all.`;
}

function tradeGroups(input: ReportInput): Markup | null {
  const { trades } = input.results;
  const direction = (trade: TradeRow): string => (trade.size < 0 ? "short" : "long");
  const byDirection = statisticsBy(trades, direction);
  const byTag = statisticsBy(trades, (trade) => (trade.tag === null ? "without a tag" : `tag ${trade.tag}`));
  const byExit = statisticsBy(trades, ({ exitTag, exitType }) => `closed by ${exitTag ?? exitType}`);
  const groups = [byDirection, byTag.slice(0, 20), byExit.slice(0, 20)].filter(({ length }) => length > 1).flat();
  if (groups.length === 0) return null;
  const digits = digitsOfMoney(input.run.broker.cash);
  return html`<h3>By direction, tag and exit</h3><div class="scroll" tabindex="0" role="region" aria-label="Trades by direction, tag and exit"><table class="rows"><thead><tr><th scope="col" class="text">Trades</th><th scope="col">Count</th><th scope="col">Win rate</th><th scope="col">Net profit, ${input.spec.quote}</th><th scope="col">Average win</th><th scope="col">Average loss</th><th scope="col">Average holding time</th></tr></thead>
<tbody>${groups.map(({ label, statistics }) => {
    const loss = statistics.averageLoss === null ? null : -statistics.averageLoss;
    return html`<tr><th scope="row" class="text">${label}</th><td>${formatNumber(statistics.count, 0)}</td><td>${formatPercent(statistics.wins / statistics.count, 1)}</td><td>${formatSigned(statistics.netProfit, digits)}</td><td>${formatSigned(statistics.averageWin, digits)}</td><td>${formatSigned(loss, digits)}</td><td>${formatDuration(statistics.averageHolding)}</td></tr>`;
  })}</tbody></table></div>`;
}

/** What became of the orders, and those that were refused or noted. */
export function orderSection(input: ReportInput): Markup {
  const { orders } = input.results;
  const remarkable = orders.filter(isRemarkable).length;
  const last = new Map(orders.map((order) => [order.order, order.status]));
  const counts = new Map<OrderStatus, number>();
  for (const status of last.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
  const outcomes = [...counts].map(([status, count]) => `${formatNumber(count, 0)} ${status}`).join(", ");
  const summary =
    last.size === 0 ? "The strategy placed no order." : `${formatCount(last.size, "order")}: ${outcomes}.`;
  return html`<section id="orders"><h2>Orders refused or noted</h2>
<p class="note">${summary} ${remarkable === 0 ? "None was refused, and nothing was noted about any." : truncation(remarkable, "event", input)}</p>
${remarkable === 0 ? null : html`<div data-table="orders"></div>`}</section>`;
}

/** What the strategy wrote. Nothing where it wrote nothing. */
export function logSection(input: ReportInput): Markup | null {
  const { logs } = input.results;
  if (logs.length === 0) return null;
  return html`<section id="log"><h2>Log</h2><p class="note">What the strategy wrote. ${truncation(logs.length, "line", input)}</p><div data-table="logs"></div></section>`;
}

/** The links at the top of the page, to the sections that there are. */
export function navigation(input: ReportInput): Markup {
  const links: [string, string][] = [
    ["equity", "Equity"],
    ["candles", "Candles"],
    ["rolling", "Rolling"],
    ["months", "Months"],
    ["figures", "Figures"],
    ["trades", "Trades"],
    ["orders", "Orders"],
    ["data", "Data"],
    ["identity", "Identity"],
  ];
  const shown = links.filter(([id]) => id !== "rolling" || input.results.cycles.length >= 2);
  return html`<nav aria-label="Sections"><a class="brand" href="#verdict">Millrace</a><div class="links">${shown.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</div>
<button type="button" class="theme" data-theme-toggle aria-label="Switch between light and dark">${NOTHING}</button></nav>`;
}
