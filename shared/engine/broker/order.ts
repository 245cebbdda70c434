import type { ExecType, OrderStatus } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import { Conditions } from "./conditions.ts";

declare const orderId: unique symbol;
/** Names an order of a run, counted from 1. */
export type OrderId = number & { readonly [orderId]: true };

/** Codes of statuses in snapshots and hashes, by position; append only. */
export const STATUSES: readonly OrderStatus[] = [
  "Submitted",
  "Accepted",
  "Partial",
  "Completed",
  "Canceled",
  "Expired",
  "Margin",
  "Rejected",
];

/** Codes of execution types in snapshots, by position; append only. */
export const EXEC_TYPES: readonly ExecType[] = [
  "Market",
  "Close",
  "Limit",
  "Stop",
  "StopLimit",
  "StopTrail",
  "StopTrailLimit",
];

/** What an order is when it is made. */
export interface OrderTerms {
  readonly feed: number;
  /** Whole amountSteps, negative to sell. */
  readonly lots: number;
  readonly execType: ExecType;
  /** Price that the margin check counts with, quote currency: that of the order, else the close of its bar. */
  readonly checkPrice: number;
  /** Null for an order that takes the next open whatever it is. */
  readonly conditions: Conditions | null;
  readonly tradeId: number;
  readonly reduceOnly: boolean;
  /** The order that this one is a child of, or 0. */
  readonly parent: number;
  readonly tag: string | null;
}

/** One order and what became of it. The broker alone changes it. */
export class Order implements OrderTerms {
  readonly id: OrderId;
  readonly feed: number;
  readonly lots: number;
  readonly execType: ExecType;
  readonly checkPrice: number;
  readonly conditions: Conditions | null;
  readonly tradeId: number;
  readonly reduceOnly: boolean;
  readonly parent: number;
  readonly tag: string | null;
  status: OrderStatus = "Submitted";
  /** Whether the broker has it: false while it waits for the order that transmits its group. */
  sent = true;
  /** Whether it may fill: children of a bracket may once the main order is completed. */
  active: boolean;
  /** Its bracket, by the id of the main order; 0 where it is in none. */
  bracket: number;
  /** Its one-cancels-others group, by the id of the group's first order; 0 where it is in none. */
  group = 0;
  /** Close time of the feed's last bar that it may not fill on, ms UTC: the one it was made on, or tested against last. */
  lastBar: number;
  remainingLots: number;
  /** Average price of the fills so far, quote currency. */
  executedPrice = 0;
  /** Entry cost of the closed and value of the opened parts, quote currency. */
  executedValue = 0;
  fees = 0;
  /** What the fills cost without the minimum an order costs, where there is one. */
  plainFees = 0;
  /** Of the closing parts, before fees. */
  pnl = 0;
  /** Whether its final status was delivered. */
  heard = false;

  /** @param lastBar close time of its feed's last bar, ms UTC */
  constructor(id: OrderId, terms: OrderTerms, lastBar: number) {
    this.id = id;
    this.feed = terms.feed;
    this.lots = terms.lots;
    this.execType = terms.execType;
    this.checkPrice = terms.checkPrice;
    this.conditions = terms.conditions;
    this.tradeId = terms.tradeId;
    this.reduceOnly = terms.reduceOnly;
    this.parent = terms.parent;
    this.tag = terms.tag;
    this.active = terms.parent === 0;
    this.bracket = terms.parent;
    this.lastBar = lastBar;
    this.remainingLots = terms.lots;
  }

  get buys(): boolean {
    return this.lots > 0;
  }

  /** Whether nothing can happen to it any more. */
  get done(): boolean {
    return isFinal(this.status);
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.id);
    for (const name of TERMS) writer.number(this[name]);
    writer.number(EXEC_TYPES.indexOf(this.execType));
    writer.boolean(this.reduceOnly);
    writer.optionalText(this.tag);
    writer.boolean(this.conditions !== null);
    this.conditions?.save(writer);
    for (const name of NUMBERS) writer.number(this[name]);
    for (const name of FLAGS) writer.boolean(this[name]);
    writer.number(STATUSES.indexOf(this.status));
  }

  static read(reader: SnapshotReader): Order {
    const id = reader.number() as OrderId;
    const [feed, lots, checkPrice] = [reader.number(), reader.number(), reader.number()];
    const [tradeId, parent] = [reader.number(), reader.number()];
    const execType = EXEC_TYPES[reader.number()]!;
    const reduceOnly = reader.boolean();
    const tag = reader.optionalText();
    const conditions = reader.boolean() ? Conditions.read(reader) : null;
    const order = new Order(id, { feed, lots, execType, checkPrice, conditions, tradeId, reduceOnly, parent, tag }, 0);
    for (const name of NUMBERS) order[name] = reader.number();
    for (const name of FLAGS) order[name] = reader.boolean();
    order.status = STATUSES[reader.number()]!;
    return order;
  }
}

/** Fields in the order in which snapshots hold them. */
const TERMS = ["feed", "lots", "checkPrice", "tradeId", "parent"] as const;
const NUMBERS = [
  "bracket",
  "group",
  "lastBar",
  "remainingLots",
  "executedPrice",
  "executedValue",
  "fees",
  "plainFees",
  "pnl",
] as const;
const FLAGS = ["sent", "active", "heard"] as const;

/** Whether nothing can follow `status`. */
export function isFinal(status: OrderStatus): boolean {
  return status !== "Submitted" && status !== "Accepted" && status !== "Partial";
}

/** An order as a strategy sees it: at one of its status changes, or now. Sizes in base units, sells negative. */
export interface OrderEvent {
  readonly id: OrderId;
  readonly feed: string;
  /** An order that waits for the one that transmits it is `Created`, which is never notified. */
  readonly status: OrderStatus | "Created";
  /** Whether nothing can happen to it any more. */
  readonly done: boolean;
  readonly execType: ExecType;
  readonly size: number;
  readonly remaining: number;
  /** Limit or stop price asked for, or where a trailing stop starts; null for Market and Close orders. */
  readonly price: number | null;
  /** Stop and limit price as they are now, where it has them. */
  readonly stopPrice: number | null;
  readonly limitPrice: number | null;
  readonly tradeId: number;
  /** The main order of its bracket, if this is a child of one. */
  readonly parent: OrderId | null;
  readonly tag: string | null;
  /** All fills so far together; money in quote currency, pnl of the closing parts before fees. */
  readonly executed: {
    readonly size: number;
    readonly price: number;
    readonly value: number;
    readonly fee: number;
    readonly pnl: number;
  };
}
