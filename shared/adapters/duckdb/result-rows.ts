import type { DuckDBValue } from "@duckdb/node-api";
import type { ExecType, FillRow, LogRow, OrderRow, OrderStatus, TradeRow } from "#shared/engine/run-events.ts";
import { bytes, type ColumnSource, doubles, nullableDoubles, texts } from "./column-sources.ts";

/** How the rows of one table of results are written (without `run`, their first column) and read back. */
export interface ResultRows<Row extends { readonly seq: number }> {
  readonly table: "orders" | "fills" | "trades" | "logs";
  columns(rows: readonly Row[]): ColumnSource[];
  row(values: DuckDBValue[]): Row;
}

function numbers<Row>(rows: readonly Row[], of: (row: Row) => number): ColumnSource {
  return doubles(Float64Array.from(rows, of));
}

/** What is null or absent is null. */
function optionalNumbers<Row>(rows: readonly Row[], of: (row: Row) => number | null | undefined): ColumnSource {
  return nullableDoubles(Float64Array.from(rows, (row) => of(row) ?? Number.NaN));
}

/** The numbers among `values` that are not null. */
function present<Name extends string>(values: Readonly<Record<Name, DuckDBValue | undefined>>) {
  const entries = Object.entries<DuckDBValue | undefined>(values).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [name, Number(value)])) as { [Key in Name]?: number };
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
    optionalNumbers(rows, (row) => row.price),
    texts(rows.map((row) => row.tag)),
    texts(rows.map((row) => row.note)),
    optionalNumbers(rows, (row) => row.limitPrice),
    optionalNumbers(rows, (row) => row.tradeId),
    optionalNumbers(rows, (row) => row.parent),
    optionalNumbers(rows, (row) => row.group),
  ],
  row: ([, seq, time, order, feed, status, execType, size, remaining, price, tag, note, ...links]) => ({
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
    ...present({ limitPrice: links[0], tradeId: links[1], parent: links[2], group: links[3] }),
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
    bytes(Uint8Array.from(rows, (row) => (row.maker === true ? 1 : 0))),
  ],
  row: ([, seq, time, order, feed, size, price, fee, pnl, maker]) => ({
    seq: Number(seq),
    time: Number(time),
    order: Number(order),
    feed: feed as string,
    size: size as number,
    price: price as number,
    fee: fee as number,
    pnl: pnl as number,
    ...(maker === true ? { maker } : {}),
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
    texts(rows.map((row) => row.exitTag)),
    texts(rows.map((row) => row.exitType)),
    optionalNumbers(rows, (row) => row.tradeId),
  ],
  row: ([, seq, trade, feed, openTime, closeTime, size, entryPrice, exitPrice, pnl, fees, bars, ...words]) => ({
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
    tag: words[0] as string | null,
    exitTag: words[1] as string | null,
    exitType: words[2] as ExecType,
    ...present({ tradeId: words[3] }),
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
