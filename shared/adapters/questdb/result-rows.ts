import type { ExecType, FillRow, LogRow, OrderRow, OrderStatus, TradeRow } from "#shared/engine/run-events.ts";
import type { RowWriter } from "./row-lines.ts";

/** The current results of a run, as its rows name them. */
export interface RunKey {
  readonly run: string;
  readonly generation: number;
}

/** How the rows of one table of results are written and read back. */
export interface ResultRows<Row> {
  writer(key: RunKey): RowWriter<Row>;
  readonly table: string;
  /** What `row` reads. */
  readonly selection: string;
  row(values: readonly unknown[]): Row;
}

/** The numbers among `values` that are not null. */
function present<Name extends string>(values: Readonly<Record<Name, unknown>>): { [Key in Name]?: number } {
  const entries = Object.entries<unknown>(values).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as { [Key in Name]?: number };
}

export const ORDER_ROWS: ResultRows<OrderRow> = {
  table: "orders",
  writer: ({ run, generation }) => ({
    table: "orders",
    time: ({ time }) => time,
    write(line, row) {
      line.symbol("run", run).symbol("feed", row.feed).symbol("status", row.status).symbol("exec_type", row.execType);
      line.intColumn("generation", generation).intColumn("seq", row.seq).intColumn("order_id", row.order);
      line.floatColumn("size", row.size).floatColumn("remaining", row.remaining);
      if (row.price !== null) line.floatColumn("price", row.price);
      if (row.tag !== null) line.stringColumn("tag", row.tag);
      if (row.note !== null) line.stringColumn("note", row.note);
      if (row.limitPrice !== undefined) line.floatColumn("limit_price", row.limitPrice);
      if (row.tradeId !== undefined) line.intColumn("trade_id", row.tradeId);
      if (row.parent !== undefined) line.intColumn("parent", row.parent);
      if (row.group !== undefined) line.intColumn("order_group", row.group);
    },
  }),
  selection:
    "seq, ts, order_id, feed, status, exec_type, size, remaining, price, tag, note, limit_price, trade_id, parent, order_group",
  row: ([seq, time, order, feed, status, execType, size, remaining, price, tag, note, ...links]) => ({
    seq: seq as number,
    time: time as number,
    order: order as number,
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
  writer: ({ run, generation }) => ({
    table: "fills",
    time: ({ time }) => time,
    write(line, row) {
      line.symbol("run", run).symbol("feed", row.feed);
      line.intColumn("generation", generation).intColumn("seq", row.seq).intColumn("order_id", row.order);
      line.floatColumn("size", row.size).floatColumn("price", row.price);
      line.floatColumn("fee", row.fee).floatColumn("pnl", row.pnl);
      line.booleanColumn("maker", row.maker === true);
    },
  }),
  selection: "seq, ts, order_id, feed, size, price, fee, pnl, maker",
  row: ([seq, time, order, feed, size, price, fee, pnl, maker]) => ({
    seq: seq as number,
    time: time as number,
    order: order as number,
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
  writer: ({ run, generation }) => ({
    table: "trades",
    time: ({ closeTime }) => closeTime,
    write(line, row) {
      line.symbol("run", run).symbol("feed", row.feed).symbol("exit_type", row.exitType);
      line.intColumn("generation", generation).intColumn("seq", row.seq).intColumn("trade", row.trade);
      line.timestampColumn("open_ts", row.openTime, "ms").floatColumn("size", row.size);
      line.floatColumn("entry_price", row.entryPrice).floatColumn("exit_price", row.exitPrice);
      line.floatColumn("pnl", row.pnl).floatColumn("fees", row.fees).intColumn("bars", row.bars);
      if (row.tag !== null) line.stringColumn("tag", row.tag);
      if (row.exitTag !== null) line.stringColumn("exit_tag", row.exitTag);
      if (row.tradeId !== undefined) line.intColumn("trade_id", row.tradeId);
    },
  }),
  selection:
    "seq, trade, feed, open_ts, ts, size, entry_price, exit_price, pnl, fees, bars, tag, exit_tag, exit_type, trade_id",
  row: ([seq, trade, feed, openTime, closeTime, size, entryPrice, exitPrice, pnl, fees, bars, ...words]) => ({
    seq: seq as number,
    trade: trade as number,
    feed: feed as string,
    openTime: openTime as number,
    closeTime: closeTime as number,
    size: size as number,
    entryPrice: entryPrice as number,
    exitPrice: exitPrice as number,
    pnl: pnl as number,
    fees: fees as number,
    bars: bars as number,
    tag: words[0] as string | null,
    exitTag: words[1] as string | null,
    exitType: words[2] as ExecType,
    ...present({ tradeId: words[3] }),
  }),
};

export const LOG_ROWS: ResultRows<LogRow> = {
  table: "logs",
  writer: ({ run, generation }) => ({
    table: "logs",
    time: ({ time }) => time,
    write(line, row) {
      line.symbol("run", run).intColumn("generation", generation).intColumn("seq", row.seq);
      line.stringColumn("text", row.text);
    },
  }),
  selection: "seq, ts, text",
  row: ([seq, time, text]) => ({ seq: seq as number, time: time as number, text: text as string }),
};
