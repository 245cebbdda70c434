import type { DuckDBValue } from "@duckdb/node-api";
import type { ExecType, FillRow, LogRow, OrderRow, OrderStatus, TradeRow } from "#shared/engine/run-events.ts";
import { type ColumnSource, doubles, nullableDoubles, texts } from "./column-sources.ts";

/** How the rows of one table of results are written (without `run`, their first column) and read back. */
export interface ResultRows<Row extends { readonly seq: number }> {
  readonly table: "orders" | "fills" | "trades" | "logs";
  columns(rows: readonly Row[]): ColumnSource[];
  row(values: DuckDBValue[]): Row;
}

function numbers<Row>(rows: readonly Row[], of: (row: Row) => number): ColumnSource {
  return doubles(Float64Array.from(rows, of));
}

export const ORDER_ROWS: ResultRows<OrderRow> = {
  table: "orders",
  columns: (rows) => [
    numbers(rows, (row) => row.seq),
    numbers(rows, (row) => row.time),
    numbers(rows, (row) => row.order),
    texts(rows.map((row) => row.feed)),
    texts(rows.map((row) => row.status)),
    texts(rows.map((row) => row.execType)),
    numbers(rows, (row) => row.size),
    numbers(rows, (row) => row.remaining),
    nullableDoubles(Float64Array.from(rows, (row) => row.price ?? Number.NaN)),
    texts(rows.map((row) => row.tag)),
    texts(rows.map((row) => row.note)),
  ],
  row: ([, seq, time, order, feed, status, execType, size, remaining, price, tag, note]) => ({
    seq: Number(seq),
    time: Number(time),
    order: Number(order),
    feed: feed as string,
    status: status as OrderStatus,
    execType: execType as ExecType,
    size: size as number,
    remaining: remaining as number,
    price: price as number | null,
    tag: tag as string | null,
    note: note as string | null,
  }),
};

export const FILL_ROWS: ResultRows<FillRow> = {
  table: "fills",
  columns: (rows) => [
    numbers(rows, (row) => row.seq),
    numbers(rows, (row) => row.time),
    numbers(rows, (row) => row.order),
    texts(rows.map((row) => row.feed)),
    numbers(rows, (row) => row.size),
    numbers(rows, (row) => row.price),
    numbers(rows, (row) => row.fee),
    numbers(rows, (row) => row.pnl),
  ],
  row: ([, seq, time, order, feed, size, price, fee, pnl]) => ({
    seq: Number(seq),
    time: Number(time),
    order: Number(order),
    feed: feed as string,
    size: size as number,
    price: price as number,
    fee: fee as number,
    pnl: pnl as number,
  }),
};

export const TRADE_ROWS: ResultRows<TradeRow> = {
  table: "trades",
  columns: (rows) => [
    numbers(rows, (row) => row.seq),
    numbers(rows, (row) => row.trade),
    texts(rows.map((row) => row.feed)),
    numbers(rows, (row) => row.openTime),
    numbers(rows, (row) => row.closeTime),
    numbers(rows, (row) => row.size),
    numbers(rows, (row) => row.entryPrice),
    numbers(rows, (row) => row.exitPrice),
    numbers(rows, (row) => row.pnl),
    numbers(rows, (row) => row.fees),
    numbers(rows, (row) => row.bars),
    texts(rows.map((row) => row.tag)),
  ],
  row: ([, seq, trade, feed, openTime, closeTime, size, entryPrice, exitPrice, pnl, fees, bars, tag]) => ({
    seq: Number(seq),
    trade: Number(trade),
    feed: feed as string,
    openTime: Number(openTime),
    closeTime: Number(closeTime),
    size: size as number,
    entryPrice: entryPrice as number,
    exitPrice: exitPrice as number,
    pnl: pnl as number,
    fees: fees as number,
    bars: Number(bars),
    tag: tag as string | null,
  }),
};

export const LOG_ROWS: ResultRows<LogRow> = {
  table: "logs",
  columns: (rows) => [
    numbers(rows, (row) => row.seq),
    numbers(rows, (row) => row.time),
    texts(rows.map((row) => row.text)),
  ],
  row: ([, seq, time, text]) => ({ seq: Number(seq), time: Number(time), text: text as string }),
};
