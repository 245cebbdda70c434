import type { OrderStatus } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import { Order } from "./order.ts";

/** Who is told of each status change, which is not yet in the order. */
export interface StatusListener {
  changed(order: Order, status: OrderStatus, note: string | null): void;
}

/**
 * The orders that live, or whose end was not yet delivered, and what the end of one does to others: to the members of
 * its one-cancels-others group, and to its bracket.
 */
export class OrderBook {
  /** Those that the broker has, in order of submission. */
  orders: Order[] = [];
  /** How many of them live, and how many of these are to be checked. */
  live = 0;
  submitted = 0;
  /** Those that wait for the order that transmits them, in order of creation. */
  private unsent: Order[] = [];
  private finished = 0;
  private readonly listener: StatusListener;

  constructor(listener: StatusListener) {
    this.listener = listener;
  }

  /** How many orders live, those that wait for another one included. */
  get alive(): number {
    return this.live + this.unsent.length;
  }

  find(id: number): Order | undefined {
    const is = (order: Order): boolean => order.id === id;
    return this.orders.find(is) ?? this.unsent.find(is);
  }

  /** Takes an order to the broker. */
  send(order: Order): void {
    order.sent = true;
    this.orders.push(order);
    this.live++;
    this.submitted++;
    this.listener.changed(order, "Submitted", null);
  }

  /** Takes an order that is refused at once. */
  refuse(order: Order, note: string): void {
    this.orders.push(order);
    this.finished++;
    this.end(order, "Rejected", note);
  }

  /** Keeps an order back until another one transmits it. */
  hold(order: Order): void {
    order.sent = false;
    this.unsent.push(order);
  }

  /** Sends what was kept back of a bracket, the main order first. */
  transmit(bracket: number): void {
    const group = this.unsent.filter((order) => order.id === bracket || order.bracket === bracket);
    this.unsent = this.unsent.filter((order) => !group.includes(order));
    for (const order of group) this.send(order);
  }

  accept(order: Order): void {
    this.submitted--;
    this.listener.changed(order, "Accepted", null);
  }

  /** An order got a part of its size: that already ends its group. */
  partial(order: Order): void {
    this.listener.changed(order, "Partial", null);
    if (order.group !== 0) this.cancelGroup(order);
  }

  /** Ends an order that lives, and with it others. */
  finish(order: Order, status: OrderStatus, note: string | null): void {
    this.remove(order);
    this.end(order, status, note);
  }

  /** Takes a live order out of those that wait for something. */
  private remove(order: Order): void {
    this.finished++;
    if (order.sent) {
      this.live--;
      if (order.status === "Submitted") this.submitted--;
      return;
    }
    order.sent = true;
    this.unsent.splice(this.unsent.indexOf(order), 1);
    this.orders.push(order);
  }

  private end(order: Order, status: OrderStatus, note: string | null): void {
    this.listener.changed(order, status, note);
    if (order.group !== 0) this.cancelGroup(order);
    if (order.bracket !== 0) this.endBracket(order, status);
  }

  /** Cancels the other members; they end their brackets, but not the group, whose one may live on after a part. */
  private cancelGroup(order: Order): void {
    for (const other of this.behind(order, "group")) {
      if (other.done) continue;
      this.remove(other);
      this.listener.changed(other, "Canceled", null);
      if (other.bracket !== 0) this.endBracket(other, "Canceled");
    }
  }

  /** A completed main order leaves its children alive; any other end of any part is the end of all. */
  private endBracket(order: Order, status: OrderStatus): void {
    if (order.parent === 0 && status === "Completed") return;
    for (const other of this.behind(order, "bracket")) {
      if (!other.done) this.finish(other, "Canceled", null);
    }
  }

  /** Live orders of the same group or bracket, from the end of the queue, which begins behind `order`, to its front. */
  private behind(order: Order, kind: "group" | "bracket"): Order[] {
    const all = [...this.orders, ...this.unsent];
    const at = all.indexOf(order);
    const queue = [...all.slice(at + 1), ...all.slice(0, at)];
    return queue.filter((other) => other[kind] === order[kind] && !other.done).reverse();
  }

  /** Forgets orders that are over and delivered. */
  forget(): void {
    if (this.finished === 0) return;
    const before = this.orders.length;
    this.orders = this.orders.filter((order) => !order.heard);
    this.finished -= before - this.orders.length;
  }

  /** Between two cycles. */
  save(writer: SnapshotWriter): void {
    for (const orders of [this.orders, this.unsent]) {
      writer.number(orders.length);
      for (const order of orders) order.save(writer);
    }
  }

  restore(reader: SnapshotReader): void {
    for (const orders of [this.orders, this.unsent]) {
      const count = reader.number();
      for (let i = 0; i < count; i++) orders.push(Order.read(reader));
    }
    for (const order of this.orders) {
      if (order.done) this.finished++;
      else {
        this.live++;
        if (order.status === "Submitted") this.submitted++;
      }
    }
  }
}
