import type { OrderStatus } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Account } from "./account.ts";
import { isFinal, type Order, type OrderEvent, STATUSES } from "./order.ts";
import { orderEvent } from "./order-view.ts";
import type { RoundTrip, TradeEvent } from "./round-trip.ts";

/** Who is told of orders and trades. */
export interface Listener {
  heardOrder(event: OrderEvent): void;
  heardTrade(event: TradeEvent): void;
}

/**
 * What the strategy is still to be told, in order. Events are built when they happen, as orders go on changing, and
 * only for hooks that the strategy overrides.
 */
export class Notices {
  private readonly accounts: readonly Account[];
  private readonly hears: { readonly orders: boolean; readonly trades: boolean };
  private orders: Order[] = [];
  private statuses: OrderStatus[] = [];
  private events: OrderEvent[] = [];
  private trades: TradeEvent[] = [];

  constructor(accounts: readonly Account[], hears: { readonly orders: boolean; readonly trades: boolean }) {
    this.accounts = accounts;
    this.hears = hears;
  }

  get empty(): boolean {
    return this.orders.length + this.trades.length === 0;
  }

  order(order: Order, status: OrderStatus): void {
    // Of an order that nobody hears of only the end matters here: it is then forgotten.
    if (!this.hears.orders && !isFinal(status)) return;
    this.orders.push(order);
    this.statuses.push(status);
    if (this.hears.orders) this.events.push(orderEvent(order, status, this.accounts[order.feed]!));
  }

  /** A round trip of `account` just opened or closed. */
  trade(account: Account, trip: RoundTrip, status: "opened" | "closed"): void {
    if (!this.hears.trades) return;
    const size = trip.lots === 0 ? 0 : account.lots.units(trip.lots);
    this.trades.push({
      id: trip.id,
      feed: account.name,
      tradeId: trip.tradeId,
      status,
      size,
      price: trip.price,
      value: account.financing.marked ? account.financing.entryValue(size, trip.price) : size * trip.price,
      fees: trip.fees,
      pnl: trip.pnl,
      netPnl: trip.pnl - trip.fees,
      bars: account.series.taken - trip.openBar,
    });
  }

  /** Delivers all order events, then all trade events; what the listener causes meanwhile waits for the next cycle. */
  deliver(listener: Listener): void {
    const { orders, statuses, events, trades } = this;
    this.orders = [];
    this.statuses = [];
    this.events = [];
    this.trades = [];
    for (const event of events) listener.heardOrder(event);
    for (const event of trades) listener.heardTrade(event);
    for (let i = 0; i < orders.length; i++) {
      if (isFinal(statuses[i]!)) orders[i]!.heard = true;
    }
  }

  /** Between two cycles: no trade event waits then, and no order that is told of has changed since. */
  save(writer: SnapshotWriter): void {
    writer.number(this.orders.length);
    for (let i = 0; i < this.orders.length; i++) {
      writer.number(this.orders[i]!.id);
      writer.number(STATUSES.indexOf(this.statuses[i]!));
    }
  }

  /** @param orders those that the snapshot holds */
  restore(reader: SnapshotReader, orders: readonly Order[]): void {
    const count = reader.number();
    for (let i = 0; i < count; i++) {
      const id = reader.number();
      const order = orders.find((candidate) => candidate.id === id);
      if (order === undefined) throw new RangeError(`the snapshot tells of order ${id}, which it does not hold`);
      this.order(order, STATUSES[reader.number()]!);
    }
  }
}
