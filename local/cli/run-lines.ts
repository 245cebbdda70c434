import { runResults } from "#shared/app/run-results.ts";
import type { TearSheet } from "#shared/engine/tear-sheet.ts";
import type { WindowCounts } from "#shared/market/candle.ts";
import type { ResultStore } from "#shared/ports/result-store.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { type Column, formatNumber, formatPercent, renderTable } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { heading: "strategy" },
  { heading: "feed" },
  { heading: "value", align: "right" },
  { heading: "return", align: "right" },
  { heading: "buy & hold", align: "right" },
  { heading: "drawdown", align: "right" },
  { heading: "Sharpe", align: "right" },
  { heading: "trades", align: "right" },
  { heading: "won", align: "right" },
  { heading: "fees", align: "right" },
];

/** Feeds as people write them: without the name of the main one. */
export function shortFeeds(feeds: readonly string[]): string {
  return feeds.map((feed) => feed.replace(/^data=/, "")).join(" ");
}

/** Symbol and timeframe of a feed, as a table has no room for more: `BTC/USDT@1m`. */
export function symbolOf(feed: string): string {
  return feed.slice(feed.indexOf(":") + 1);
}

/** Without decimals where they no longer matter. */
function formatMoney(amount: number): string {
  return formatNumber(amount, Math.abs(amount) < 100_000 ? 2 : 0);
}

/** Runs side by side, with buy & hold beside each, and why a Sharpe ratio is missing. Fits 100 columns. */
export function figureTable(records: readonly RunRecord[]): string {
  const rows = records.map((record) => {
    const { figures } = record;
    const feed = symbolOf(record.feeds[0] ?? "");
    if (figures === null) return [record.strategy, feed, withoutFigures(record)];
    return [
      record.strategy,
      feed,
      formatMoney(figures.finalValue),
      formatPercent(figures.totalReturn, true),
      formatPercent(figures.buyAndHold.totalReturn, true),
      formatPercent(figures.maxDrawdown),
      formatNumber(figures.sharpe, 2),
      formatNumber(figures.trades, 0),
      figures.winRate === null ? "–" : `${(figures.winRate * 100).toFixed(0)} %`,
      formatMoney(figures.fees),
    ];
  });
  return [renderTable(COLUMNS, rows), ...sharpeNote(records.map(({ figures }) => figures))].join("\n");
}

/** Why Sharpe ratios are missing, for below a table of these figures: those of daily values are told from 30 days on. */
export function sharpeNote(all: readonly (Pick<TearSheet, "volatility"> | null)[]): string[] {
  return all.some((figures) => figures?.volatility === null) ? ["Sharpe –: under 30 days"] : [];
}

function withoutFigures({ status, error }: RunRecord): string {
  if (status === "running") return "goes on";
  return error === null ? "no bars" : "failed";
}

/** How well the candles of a feed are known, in a line. */
export function qualityLine(feed: string, { proven, reconciled, unknown, gap }: WindowCounts): string {
  const all = proven + reconciled + unknown + gap;
  const parts = [`${formatNumber(proven, 0)} proven complete`];
  if (reconciled > 0) parts.push(`${formatNumber(reconciled, 0)} equal to the exchange's`);
  if (unknown > 0) parts.push(`${formatNumber(unknown, 0)} of unknown completeness`);
  if (gap > 0) parts.push(`${formatNumber(gap, 0)} lost`);
  return `data: ${formatNumber(all, 0)} windows of ${feed}: ${parts.join(", ")}`;
}

/** What `--json` says of a run: its record, counts of what it did, and the figures. */
export async function runJson(
  { results }: { readonly results: ResultStore },
  record: RunRecord,
): Promise<Record<string, unknown>> {
  const { orders, fills, trades, cycles } = await runResults(results, record);
  const { definition, ...rest } = record;
  return {
    ...rest,
    definition: JSON.parse(definition) as unknown,
    counts: {
      cycles: cycles.length,
      orders: new Set(orders.map((order) => order.order)).size,
      fills: fills.length,
      trades: trades.length,
    },
    finalCash: cycles.cash[cycles.length - 1] ?? null,
    finalValue: cycles.value[cycles.length - 1] ?? null,
  };
}
