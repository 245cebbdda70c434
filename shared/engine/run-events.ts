/** Names are backtrader's. */
export type OrderStatus =
  | "Submitted"
  | "Accepted"
  | "Partial"
  | "Completed"
  | "Canceled"
  | "Expired"
  | "Margin"
  | "Rejected";

export type ExecType = "Market" | "Close" | "Limit" | "Stop" | "StopLimit" | "StopTrail" | "StopTrailLimit";

/**
 * One status change of an order. `seq` counts all events of a run (orders, fills, trades) from 0 and is part of its
 * state, so that a repeat has the same number. Sizes are base units, sells negative; prices and money quote currency.
 */
export interface OrderRow {
  readonly seq: number;
  /** The cycle's clock, ms UTC: the last millisecond of the bar. */
  readonly time: number;
  readonly order: number;
  readonly feed: string;
  readonly status: OrderStatus;
  readonly execType: ExecType;
  readonly size: number;
  readonly remaining: number;
  /** Limit or stop price asked for, or where a trailing stop started; null for market orders. */
  readonly price: number | null;
  /** Limit price of a stop-limit order, as it was then; absent for all others. */
  readonly limitPrice?: number;
  /** Which of several trades of one position it is part of; absent: 0. */
  readonly tradeId?: number;
  /** Main order of its bracket; absent where it is no child of one. */
  readonly parent?: number;
  /** First order of its one-cancels-others group; absent where it is in none. */
  readonly group?: number;
  readonly tag: string | null;
  /** Why it was refused or resized, in words; null where nothing needs saying. */
  readonly note: string | null;
}

/** One execution of an order. `fee` is what it cost, `pnl` what its closing part earned before fees. */
export interface FillRow {
  readonly seq: number;
  readonly time: number;
  readonly order: number;
  readonly feed: string;
  readonly size: number;
  readonly price: number;
  readonly fee: number;
  readonly pnl: number;
  /** Whether it rested in the book as a limit order, and paid the maker's rate; absent: no. */
  readonly maker?: true;
}

/** One round trip, at its close. `size` is the greatest position held, negative for a short; `pnl` is before fees. */
export interface TradeRow {
  readonly seq: number;
  readonly trade: number;
  readonly feed: string;
  readonly openTime: number;
  readonly closeTime: number;
  readonly size: number;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly pnl: number;
  readonly fees: number;
  readonly bars: number;
  /** Of the order that opened it. */
  readonly tag: string | null;
  /** Tag and type of the order that closed it. */
  readonly exitTag: string | null;
  readonly exitType: ExecType;
  /** Which of several trades of one position it was; absent: 0. */
  readonly tradeId?: number;
}

/** The account after each cycle, in columns. Money in quote currency; `position` is base units of each feed in order. */
export interface CycleColumns {
  readonly length: number;
  /** The cycle's clock, ms UTC. */
  readonly time: Float64Array;
  readonly cash: Float64Array;
  readonly value: Float64Array;
  readonly position: readonly Float64Array[];
}

/** A line that the strategy wrote with `this.log()`. */
export interface LogRow {
  readonly seq: number;
  readonly time: number;
  readonly text: string;
}

/** What a run did in some of its cycles, in order. */
export interface RunEvents {
  /** Number of the first cycle in `cycles`, counted from 0 over the whole run. */
  readonly firstCycle: number;
  readonly cycles: CycleColumns;
  readonly orders: readonly OrderRow[];
  readonly fills: readonly FillRow[];
  readonly trades: readonly TradeRow[];
  readonly logs: readonly LogRow[];
}
