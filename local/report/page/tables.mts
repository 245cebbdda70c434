import { barEnd, formatNumber, formatSigned, formatSignedPercent, formatTime } from "#shared/report/format.ts";
import type { LogCells, OrderCells, PageData, TradeCells } from "#shared/report/page-data.ts";
import { DataTable, type TableColumn } from "./data-table.mts";

/** Fills the tables that the page has room for; `showTrade` moves the candle chart. */
export function drawTables(data: PageData, showTrade: (from: number, to: number) => void): void {
  fill("trades", "Trades", data.trades, tradeColumns(data, showTrade));
  fill("orders", "Orders refused or noted", data.orders, orderColumns(data));
  fill("logs", "Log", data.logs, LOG_COLUMNS);
}

function fill<Row>(key: string, name: string, rows: readonly Row[], columns: readonly TableColumn<Row>[]): void {
  const container = document.querySelector(`[data-table=${key}]`);
  if (container !== null) new DataTable(container, name, rows, columns);
}

function tradeColumns(data: PageData, show: (from: number, to: number) => void): TableColumn<TradeCells>[] {
  const { price, amount, money } = data.digits;
  const feeds = new Set(data.trades.map((row) => row[1]));
  const tagged = data.trades.some((row) => row[11] !== "");
  const exitTagged = data.trades.some((row) => row[13] !== "");
  return [
    {
      title: "No.",
      value: (row) => row[0],
      text: (row) => formatNumber(row[0], 0),
      onChoose: (row) => show(row[2], row[3]),
    },
    ...(feeds.size > 1 ? [{ title: "Feed", value: (row: TradeCells) => row[1], isText: true }] : []),
    { title: "Side", value: (row) => (row[4] < 0 ? "short" : "long"), isText: true },
    { title: "Opened, UTC", value: (row) => row[2], text: (row) => formatTime(barEnd(row[2])), isText: true },
    { title: "Closed, UTC", value: (row) => row[3], text: (row) => formatTime(barEnd(row[3])), isText: true },
    {
      title: `Size, ${data.base}`,
      value: (row) => Math.abs(row[4]),
      text: (row) => formatNumber(Math.abs(row[4]), amount),
    },
    { title: `Entry, ${data.quote}`, value: (row) => row[5], text: (row) => formatNumber(row[5], price) },
    { title: `Exit, ${data.quote}`, value: (row) => row[6], text: (row) => formatNumber(row[6], price) },
    {
      title: `Net profit, ${data.quote}`,
      value: (row) => row[7],
      text: (row) => formatSigned(row[7], money),
      isSigned: true,
    },
    { title: "Return", value: (row) => row[8], text: (row) => formatSignedPercent(row[8]), isSigned: true },
    { title: `Fees, ${data.quote}`, value: (row) => row[9], text: (row) => formatNumber(row[9], money) },
    { title: "Bars", value: (row) => row[10], text: (row) => formatNumber(row[10], 0) },
    ...(tagged ? [{ title: "Entry tag", value: (row: TradeCells) => row[11], isText: true }] : []),
    { title: "Closed by", value: (row) => row[12], isText: true },
    ...(exitTagged ? [{ title: "Exit tag", value: (row: TradeCells) => row[13], isText: true }] : []),
  ];
}

function orderColumns(data: PageData): TableColumn<OrderCells>[] {
  const { price, amount } = data.digits;
  return [
    { title: "Time, UTC", value: (row) => row[0], text: (row) => formatTime(barEnd(row[0])), isText: true },
    { title: "Order", value: (row) => row[1], text: (row) => formatNumber(row[1], 0) },
    { title: "Feed", value: (row) => row[2], isText: true },
    { title: "Status", value: (row) => row[3], isText: true },
    { title: "Kind", value: (row) => row[4], isText: true },
    { title: `Size, ${data.base}`, value: (row) => row[5], text: (row) => formatSigned(row[5], amount) },
    { title: `Price, ${data.quote}`, value: (row) => row[7] ?? 0, text: (row) => formatNumber(row[7], price) },
    { title: "Tag", value: (row) => row[8], isText: true },
    { title: "Note", value: (row) => row[9], isText: true, isLong: true },
  ];
}

const LOG_COLUMNS: readonly TableColumn<LogCells>[] = [
  { title: "Time, UTC", value: (row) => row[0], text: (row) => formatTime(barEnd(row[0])), isText: true },
  { title: "Text", value: (row) => row[1], isText: true, isLong: true },
];
