import type { ExecType, OrderStatus } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

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
const EXEC_TYPES: readonly ExecType[] = [
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
  readonly id: OrderId;
  readonly feed: number;
  /** Whole amountSteps, negative to sell. */
  readonly lots: number;
  readonly execType: ExecType;
  /** Limit or stop price; null for market orders. */
  readonly price: number | null;
  /** Price that the margin check counts with: that of the order, else the close of its bar. */
  readonly checkPrice: number;
  /** Clock of the cycle, ms UTC. */
  readonly created: number;
  /** Close time of the feed's last bar then, ms UTC. */
  readonly createdBar: number;
  readonly tag: string | null;
}

/** One order and what became of it. The broker alone changes it. */
export class Order implements OrderTerms {
  readonly id: OrderId;
  readonly feed: number;
  readonly lots: number;
  readonly execType: ExecType;
  readonly price: number | null;
  readonly checkPrice: number;
  readonly created: number;
  readonly createdBar: number;
  readonly tag: string | null;
  status: OrderStatus = "Submitted";
  remainingLots: number;
  /** Average price of the fills so far, quote currency. */
  executedPrice = 0;
  /** Entry cost of the closed and value of the opened parts, quote currency. */
  executedValue = 0;
  fees = 0;
  /** Of the closing parts, before fees. */
  pnl = 0;
  /** Whether its final status was delivered. */
  heard = false;

  constructor(terms: OrderTerms) {
    this.id = terms.id;
    this.feed = terms.feed;
    this.lots = terms.lots;
    this.execType = terms.execType;
    this.price = terms.price;
    this.checkPrice = terms.checkPrice;
    this.created = terms.created;
    this.createdBar = terms.createdBar;
    this.tag = terms.tag;
    this.remainingLots = terms.lots;
  }

  /** Whether nothing can happen to it any more. */
  get done(): boolean {
    return isFinal(this.status);
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.id);
    writer.number(this.feed);
    writer.number(this.lots);
    writer.number(EXEC_TYPES.indexOf(this.execType));
    writer.boolean(this.price !== null);
    writer.number(this.price ?? 0);
    writer.number(this.checkPrice);
    writer.number(this.created);
    writer.number(this.createdBar);
    writer.optionalText(this.tag);
    writer.number(STATUSES.indexOf(this.status));
    writer.number(this.remainingLots);
    writer.number(this.executedPrice);
    writer.number(this.executedValue);
    writer.number(this.fees);
    writer.number(this.pnl);
    writer.boolean(this.heard);
  }

  static read(reader: SnapshotReader): Order {
    const id = reader.number() as OrderId;
    const feed = reader.number();
    const lots = reader.number();
    const execType = EXEC_TYPES[reader.number()]!;
    const priced = reader.boolean();
    const price = reader.number();
    const checkPrice = reader.number();
    const created = reader.number();
    const createdBar = reader.number();
    const tag = reader.optionalText();
    const terms = { id, feed, lots, execType, price: priced ? price : null, checkPrice, created, createdBar, tag };
    const order = new Order(terms);
    order.status = STATUSES[reader.number()]!;
    order.remainingLots = reader.number();
    order.executedPrice = reader.number();
    order.executedValue = reader.number();
    order.fees = reader.number();
    order.pnl = reader.number();
    order.heard = reader.boolean();
    return order;
  }
}

/** Whether nothing can follow `status`. */
export function isFinal(status: OrderStatus): boolean {
  return status !== "Submitted" && status !== "Accepted" && status !== "Partial";
}

/** An order as a strategy sees it: at one of its status changes, or now. Sizes in base units, sells negative. */
export interface OrderEvent {
  readonly id: OrderId;
  readonly feed: string;
  readonly status: OrderStatus;
  /** Whether nothing can happen to it any more. */
  readonly done: boolean;
  readonly execType: ExecType;
  readonly size: number;
  readonly remaining: number;
  readonly price: number | null;
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
