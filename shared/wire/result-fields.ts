import type { FillRow, LogRow, OrderRow, TradeRow } from "../engine/run-events.ts";
import { storedFields } from "./stored-fields.ts";

/** Columns of table `orders` behind its run. */
export const ORDER_FIELDS = storedFields<OrderRow>({
  seq: ["seq", "integer", "never"],
  time: ["ts", "time", "never"],
  order: ["order_id", "integer", "never"],
  feed: ["feed", "word", "never"],
  status: ["status", "word", "never"],
  execType: ["exec_type", "word", "never"],
  size: ["size", "double", "never"],
  remaining: ["remaining", "double", "never"],
  price: ["price", "double", "null"],
  tag: ["tag", "text", "null"],
  note: ["note", "text", "null"],
  limitPrice: ["limit_price", "double", "absent"],
  tradeId: ["trade_id", "integer", "absent"],
  parent: ["parent", "integer", "absent"],
  group: ["order_group", "integer", "absent"],
});

/** Columns of table `fills` behind its run. */
export const FILL_FIELDS = storedFields<FillRow>({
  seq: ["seq", "integer", "never"],
  time: ["ts", "time", "never"],
  order: ["order_id", "integer", "never"],
  feed: ["feed", "word", "never"],
  size: ["size", "double", "never"],
  price: ["price", "double", "never"],
  fee: ["fee", "double", "never"],
  pnl: ["pnl", "double", "never"],
  maker: ["maker", "flag", "absent"],
});

/** Columns of table `trades` behind its run. */
export const TRADE_FIELDS = storedFields<TradeRow>({
  seq: ["seq", "integer", "never"],
  trade: ["trade", "integer", "never"],
  feed: ["feed", "word", "never"],
  openTime: ["open_time", "time", "never"],
  closeTime: ["close_time", "time", "never"],
  size: ["size", "double", "never"],
  entryPrice: ["entry_price", "double", "never"],
  exitPrice: ["exit_price", "double", "never"],
  pnl: ["pnl", "double", "never"],
  fees: ["fees", "double", "never"],
  bars: ["bars", "integer", "never"],
  tag: ["tag", "text", "null"],
  exitTag: ["exit_tag", "text", "null"],
  exitType: ["exit_type", "word", "never"],
  tradeId: ["trade_id", "integer", "absent"],
});

/** Columns of table `logs` behind its run. */
export const LOG_FIELDS = storedFields<LogRow>({
  seq: ["seq", "integer", "never"],
  time: ["ts", "time", "never"],
  text: ["text", "text", "never"],
});
