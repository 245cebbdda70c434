import { FILL_FIELDS, LOG_FIELDS, ORDER_FIELDS, TRADE_FIELDS } from "./result-fields.ts";
import { RUN_FIELDS } from "./run-fields.ts";
import { columnsOf } from "./stored-fields.ts";

/**
 * Name and columns of every stored table, in column order: the one place that they are listed, those of records by their
 * fields. Times are integer ms UTC. A test of each database compares its migrated schema with this.
 */
export const TABLES = {
  /** A number for each instrument, and the extent of its ticks: rows of ticks and candles name instruments by it. */
  instruments: ["key", "exchange", "symbol", "kind", "ids", "ticks", "first_ts", "last_ts", "least_id", "greatest_id"],
  /** A trade. `first_id` and `last_id` are null where the instrument's kind is `trade`. */
  ticks: ["instrument", "id", "ts", "price", "amount", "side", "first_id", "last_id", "origin"],
  /** A candle revision; its three sums are exact decimals. */
  candles: [
    "instrument",
    "timeframe",
    "open_time",
    "close_time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "quote_volume",
    "buy_volume",
    "trades",
    "first_id",
    "last_id",
    "origin",
    "revision",
    "reason",
    "completeness",
  ],
  /** A span that is proven or lost. */
  coverage: ["instrument", "from_ts", "to_ts", "kind", "reason"],
  /** A span whose candles no longer follow from its ticks. */
  dirty_ranges: ["instrument", "from_ts", "to_ts", "mark"],
  /** State and fence of a stage and key. */
  checkpoints: ["stage", "key", "version", "schema", "state", "fence"],
  /** A run of a strategy. `feeds`, `params`, `definition` and `figures` are JSON. */
  runs: columnsOf(RUN_FIELDS),
  /** A number for each run that has results, which their rows name it by, and the names of its feeds as JSON. */
  result_runs: ["key", "run", "feeds"],
  /** A status change of an order. */
  orders: ["run", ...columnsOf(ORDER_FIELDS)],
  /** An execution. */
  fills: ["run", ...columnsOf(FILL_FIELDS)],
  /** A round trip, at its close. */
  trades: ["run", ...columnsOf(TRADE_FIELDS)],
  /** The account after a cycle. */
  portfolio_metrics: ["run", "cycle", "ts", "cash", "value"],
  /** The position of a feed (its number in `result_runs.feeds`) after a cycle. */
  portfolio_positions: ["run", "feed", "cycle", "position"],
  /** A line that a strategy wrote. */
  logs: ["run", ...columnsOf(LOG_FIELDS)],
  /** What a live run states at a UTC midnight, `ts`; `run` is its id. */
  result_hashes: ["run", "ts", "result_hash"],
  /** An applied migration. */
  schema_migrations: ["number", "name", "ts"],
} as const;

export type TableName = keyof typeof TABLES;

/** The columns of a table as an SQL list. */
export function columnList(table: TableName): string {
  return TABLES[table].join(", ");
}

/**
 * Name and columns of every table in QuestDB, in column order. `ts` is the designated time of each; times are
 * TIMESTAMPs (µs UTC) there, and instruments and runs are named, so that dashboards need no join.
 */
export const QUESTDB_TABLES = {
  /** What the ticks of an instrument are; `ts` is 0. */
  instruments: ["ts", "exchange", "symbol", "kind", "ids"],
  /** A trade, at its time. `first_id` and `last_id` are null where the instrument's kind is `trade`. */
  ticks: ["ts", "exchange", "symbol", "id", "price", "amount", "side", "first_id", "last_id", "origin"],
  /** A candle revision, at its openTime; its three sums are exact. A `removed` one is no more. */
  candles: [
    "ts",
    "exchange",
    "symbol",
    "timeframe",
    "origin",
    "revision",
    "close_ts",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "quote_volume",
    "buy_volume",
    "trades",
    "first_id",
    "last_id",
    "reason",
    "completeness",
    "removed",
  ],
  /** A span that is proven or lost, at its start. */
  coverage: ["ts", "exchange", "symbol", "to_ts", "kind", "reason"],
  /** A mark of a span whose candles no longer follow from its ticks, at its start. */
  dirty_ranges: ["ts", "exchange", "symbol", "to_ts", "mark", "cleared"],
  /**
   * A version of a run of a strategy, whose number is `ts` in milliseconds: the latest is the run. `feeds`, `params`,
   * `definition` and `figures` are JSON; of the results of a run those before `until` count, all where that is null.
   */
  runs: [
    "ts",
    "run",
    "created",
    "kind",
    "strategy",
    "feeds",
    "params",
    "definition",
    "identity",
    "status",
    "error",
    "result_hash",
    "figures",
    "until",
  ],
  /** The generation of a run whose results are current, and the names of its feeds as JSON; `ts` is 0. */
  result_runs: ["ts", "run", "generation", "feeds"],
  /** A status change of an order. */
  orders: [
    "ts",
    "run",
    "generation",
    "seq",
    "order_id",
    "feed",
    "status",
    "exec_type",
    "size",
    "remaining",
    "price",
    "tag",
    "note",
    "limit_price",
    "trade_id",
    "parent",
    "order_group",
  ],
  /** An execution. */
  fills: ["ts", "run", "generation", "seq", "order_id", "feed", "size", "price", "fee", "pnl", "maker"],
  /** A round trip, at its close. */
  trades: [
    "ts",
    "run",
    "generation",
    "seq",
    "trade",
    "feed",
    "open_ts",
    "size",
    "entry_price",
    "exit_price",
    "pnl",
    "fees",
    "bars",
    "tag",
    "exit_tag",
    "exit_type",
    "trade_id",
  ],
  /** The account after a cycle. `infinite` tells which values are infinities, which a DOUBLE does not hold. */
  portfolio_metrics: ["ts", "run", "generation", "cycle", "cash", "value", "infinite"],
  /** The position of a feed (its number in `result_runs.feeds`) after a cycle. */
  portfolio_positions: ["ts", "run", "generation", "feed", "cycle", "position", "infinite"],
  /** A line that a strategy wrote. */
  logs: ["ts", "run", "generation", "seq", "text"],
  /** What a live run states at a UTC midnight, `ts`. */
  result_hashes: ["ts", "run", "generation", "result_hash"],
  /** An applied migration; `ts` is 0. */
  schema_migrations: ["ts", "number", "name", "applied"],
} as const;

export type QuestdbTableName = keyof typeof QUESTDB_TABLES;
