import type { Recorder } from "../recorder.ts";
import type { OrderStatus } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Account } from "./account.ts";
import { MarginCheck, type Refusal, SHORT_REFUSED } from "./margin-check.ts";
import { marketFill } from "./market-order.ts";
import { Notices } from "./notices.ts";
import { Order, type OrderEvent, type OrderId } from "./order.ts";
import { orderEvent } from "./order-view.ts";

/** Simulated broker: takes orders, checks them against the cash, fills them, and keeps positions and round trips. */
export class Broker {
  cash: number;
  readonly accounts: readonly Account[];
  readonly notices: Notices;
  private readonly allowShort: boolean;
  private readonly recorder: Recorder;
  /** Orders that live, or whose end was not yet delivered, in order of creation. */
  private orders: Order[] = [];
  private submitted = 0;
  private waiting = 0;
  private finished = 0;
  private lastOrder = 0;
  private lastTrade = 0;
  /** Feeds with a position. */
  private held = 0;

  constructor(
    cash: number,
    allowShort: boolean,
    accounts: readonly Account[],
    recorder: Recorder,
    hears: { readonly orders: boolean; readonly trades: boolean },
  ) {
    this.cash = cash;
    this.allowShort = allowShort;
    this.accounts = accounts;
    this.recorder = recorder;
    this.notices = new Notices(accounts, hears);
  }

  /** Whether a cycle has nothing to do here. */
  get idle(): boolean {
    return this.submitted + this.waiting === 0;
  }

  /** Cash and positions at the last close, quote currency. */
  get value(): number {
    let value = this.cash;
    if (this.held === 0) return value;
    for (const account of this.accounts) {
      const position = account.position;
      if (position.lots !== 0) value += position.size * account.series.close;
    }
    return value;
  }

  /** The broker's part of a cycle: checks what was submitted in the last one, then fills what waits. */
  cycle(): void {
    if (this.submitted > 0) this.checkSubmitted();
    if (this.waiting > 0) this.match();
  }

  /** Takes an order of whole lots (negative to sell). `refusal` turns it away at once, for the reason given. */
  submit(account: Account, lots: number, tag: string | null, refusal: string | null): OrderId {
    const id = ++this.lastOrder as OrderId;
    const series = account.series;
    const order = new Order({
      id,
      feed: account.index,
      lots,
      execType: "Market",
      price: null,
      checkPrice: series.close,
      created: this.recorder.time,
      createdBar: series.closeTime,
      tag,
    });
    this.orders.push(order);
    if (refusal === null) {
      this.submitted++;
      this.report(order, "Submitted", null);
    } else this.finish(order, "Rejected", refusal);
    return id;
  }

  /** Cancels a live order at once; anything else is left as it is. */
  cancel(id: OrderId): void {
    const order = this.orders.find((candidate) => candidate.id === id);
    if (order === undefined || order.done) return;
    if (order.status === "Submitted") this.submitted--;
    else this.waiting--;
    this.finish(order, "Canceled", null);
  }

  /** The order as it is now; null once its end was delivered and that cycle is over, or if there was none. */
  order(id: OrderId): OrderEvent | null {
    const order = this.orders.find((candidate) => candidate.id === id);
    return order === undefined ? null : orderEvent(order, order.status, this.accounts[order.feed]!);
  }

  /** Forgets orders that are over and delivered. */
  endCycle(): void {
    if (this.finished === 0) return;
    const before = this.orders.length;
    this.orders = this.orders.filter((order) => !order.heard);
    this.finished -= before - this.orders.length;
  }

  private checkSubmitted(): void {
    const check = new MarginCheck(this.cash, this.accounts, this.allowShort);
    for (const order of this.orders) {
      if (order.status !== "Submitted") continue;
      this.submitted--;
      const refusal = check.admit(order);
      if (refusal === null) {
        this.waiting++;
        this.report(order, "Accepted", null);
      } else this.finish(order, refusal.status, refusal.note);
    }
  }

  private match(): void {
    for (const order of this.orders) {
      if (order.status !== "Accepted" && order.status !== "Partial") continue;
      const account = this.accounts[order.feed]!;
      const price = marketFill(order, account);
      if (!Number.isNaN(price)) this.execute(order, account, order.remainingLots, price);
    }
  }

  /** Executes `lots` of an order at `price`: first what closes, then what opens, if the cash allows it. */
  private execute(order: Order, account: Account, lots: number, price: number): void {
    const position = account.position;
    const against = position.lots !== 0 && position.lots > 0 !== lots > 0;
    let closing = 0;
    if (against) closing = Math.abs(lots) <= Math.abs(position.lots) ? lots : -position.lots;
    const opening = lots - closing;
    let fee = 0;
    let pnl = 0;
    if (closing !== 0) {
      const units = account.lots.units(closing);
      const cost = account.commission.cost(units, price);
      pnl = -units * (price - position.price);
      order.executedValue += -units * position.price;
      this.cash = this.cash - units * position.price + pnl - cost;
      fee += cost;
      this.closePart(account, closing, price, pnl, cost);
    }
    let refusal: Refusal | null = null;
    let opened = 0;
    if (opening !== 0) {
      const units = account.lots.units(opening);
      const cost = account.commission.cost(units, price);
      const cash = this.cash - units * price - cost;
      if (opening < 0 && !this.allowShort) refusal = SHORT_REFUSED;
      else if (cash < 0) {
        refusal = { status: "Margin", note: `needs ${-cash} ${account.spec.quote} more than the cash there is` };
      } else {
        this.cash = cash;
        order.executedValue += units * price;
        fee += cost;
        opened = opening;
        this.openPart(account, order, opening, price, cost);
      }
    }
    this.settle(order, account, closing + opened, price, fee, pnl, refusal);
  }

  private settle(
    order: Order,
    account: Account,
    lots: number,
    price: number,
    fee: number,
    pnl: number,
    refusal: Refusal | null,
  ): void {
    if (lots !== 0) {
      const before = order.lots - order.remainingLots;
      order.executedPrice = (order.executedPrice * before + price * lots) / (before + lots);
      order.remainingLots -= lots;
      order.fees += fee;
      order.pnl += pnl;
      this.recorder.fill(order.id, account.name, account.lots.units(lots), price, fee, pnl);
      if (order.remainingLots !== 0) this.report(order, "Partial", null);
    }
    if (refusal === null && order.remainingLots !== 0) return;
    this.waiting--;
    if (refusal === null) this.finish(order, "Completed", null);
    else this.finish(order, refusal.status, refusal.note);
  }

  private closePart(account: Account, lots: number, price: number, pnl: number, fee: number): void {
    const { position, roundTrip, lots: scale } = account;
    position.add(lots, price);
    roundTrip.leave(lots, price, pnl, fee);
    if (position.lots !== 0) return;
    this.held--;
    const { id, openTime, entryPrice, exitPrice, fees, tag } = roundTrip;
    const bars = account.series.taken - roundTrip.openBar;
    const size = scale.units(roundTrip.greatest);
    this.recorder.trade({
      trade: id,
      feed: account.name,
      openTime,
      size,
      entryPrice,
      exitPrice,
      pnl: roundTrip.pnl,
      fees,
      bars,
      tag,
    });
    this.notices.trade(account, "closed");
    roundTrip.id = 0;
  }

  private openPart(account: Account, order: Order, lots: number, price: number, fee: number): void {
    const { position, roundTrip } = account;
    const opens = position.lots === 0;
    position.add(lots, price);
    if (opens) {
      this.held++;
      roundTrip.open(++this.lastTrade, this.recorder.time, account.series.taken, order.tag);
    }
    roundTrip.enter(lots, price, fee);
    if (opens) this.notices.trade(account, "opened");
  }

  private finish(order: Order, status: OrderStatus, note: string | null): void {
    this.finished++;
    this.report(order, status, note);
  }

  private report(order: Order, status: OrderStatus, note: string | null): void {
    order.status = status;
    const account = this.accounts[order.feed]!;
    const scale = account.lots;
    const remaining = order.remainingLots;
    const context = {
      feed: account.name,
      size: scale.units(order.lots),
      remaining: remaining === 0 ? 0 : scale.units(remaining),
    };
    this.recorder.order(order, status, context, note);
    this.notices.order(order, status);
  }

  /** Between two cycles. */
  save(writer: SnapshotWriter): void {
    writer.number(this.cash);
    writer.number(this.lastOrder);
    writer.number(this.lastTrade);
    for (const account of this.accounts) {
      account.position.save(writer);
      account.roundTrip.save(writer);
    }
    writer.number(this.orders.length);
    for (const order of this.orders) order.save(writer);
    this.notices.save(writer);
  }

  restore(reader: SnapshotReader): void {
    this.cash = reader.number();
    this.lastOrder = reader.number();
    this.lastTrade = reader.number();
    for (const account of this.accounts) {
      account.position.load(reader);
      account.roundTrip.load(reader);
      if (account.position.lots !== 0) this.held++;
    }
    const count = reader.number();
    for (let i = 0; i < count; i++) {
      const order = Order.read(reader);
      this.orders.push(order);
      if (order.done) this.finished++;
      else if (order.status === "Submitted") this.submitted++;
      else this.waiting++;
    }
    this.notices.restore(reader, this.orders);
  }
}
