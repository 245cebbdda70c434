import type { Recorder } from "../recorder.ts";
import type { OrderStatus } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Account } from "./account.ts";
import type { Conditions } from "./conditions.ts";
import { Execution } from "./execution.ts";
import { Filler, type FillerSettings } from "./filler.ts";
import { MarginCheck, reduction } from "./margin-check.ts";
import { Matcher, trail } from "./matcher.ts";
import { Notices } from "./notices.ts";
import { Order, type OrderEvent, type OrderId, type OrderTerms } from "./order.ts";
import { OrderBook, type StatusListener } from "./order-book.ts";
import { orderEvent } from "./order-view.ts";
import { Slippage, type SlippageSettings } from "./slippage.ts";
import { TradeBook } from "./trade-book.ts";

/** Most orders that a strategy may make between two cycles, and have alive at once: more of them are a mistake. */
const MOST_MADE = 1_000;
const MOST_ALIVE = 10_000;
const REDUCED = "is reduce-only, and there is nothing left to reduce";

/** What decides how orders fill. */
interface BrokerRules {
  readonly allowShort: boolean;
  /** Whether market orders are checked at, and made in the open hook fill at, the open of the bar that begins. */
  readonly cheatOnOpen: boolean;
  readonly slippage: SlippageSettings | undefined;
  readonly filler: FillerSettings | undefined;
}

/** Simulated broker: takes orders, checks them against the cash, fills them, and keeps positions and round trips. */
export class Broker implements StatusListener {
  readonly accounts: readonly Account[];
  readonly notices: Notices;
  private readonly allowShort: boolean;
  private readonly cheatOnOpen: boolean;
  private readonly recorder: Recorder;
  private readonly trades: TradeBook;
  private readonly execution: Execution;
  private readonly book: OrderBook;
  private readonly matcher: Matcher;
  private readonly filler: Filler;
  private lastOrder = 0;
  /** Orders made since the last cycle. */
  private made = 0;

  /** Throws InputError for slippage or a filler that cannot be. */
  constructor(
    cash: number,
    rules: BrokerRules,
    accounts: readonly Account[],
    recorder: Recorder,
    hears: { readonly orders: boolean; readonly trades: boolean },
  ) {
    this.accounts = accounts;
    this.allowShort = rules.allowShort;
    this.cheatOnOpen = rules.cheatOnOpen;
    this.recorder = recorder;
    this.notices = new Notices(accounts, hears);
    this.trades = new TradeBook(recorder, this.notices);
    this.execution = new Execution(cash, rules.allowShort, recorder, this.trades);
    this.book = new OrderBook(this);
    this.matcher = new Matcher(new Slippage(rules.slippage));
    this.filler = new Filler(rules.filler);
  }

  /** Quote currency. */
  get cash(): number {
    return this.execution.cash;
  }

  /** Whether a cycle has anything to do here. */
  get busy(): boolean {
    return this.book.live !== 0 || this.execution.carried !== 0;
  }

  /** Cash and positions at the last close, quote currency. */
  get value(): number {
    let value = this.execution.cash;
    if (this.execution.held === 0) return value;
    const accounts = this.accounts;
    for (let i = 0; i < accounts.length; i++) {
      const account = accounts[i]!;
      if (account.position.lots !== 0) value += account.worth;
    }
    return value;
  }

  /** The broker's part of a cycle: checks what was submitted in the last one, then fills what waits. */
  cycle(): void {
    const { book, execution, accounts } = this;
    if (book.submitted > 0) this.checkSubmitted();
    if (execution.carried > 0) execution.payInterest(accounts);
    if (book.live > 0) this.matchWaiting();
    if (execution.carried > 0) execution.markAll(accounts);
  }

  /**
   * Takes an order. Throws RangeError beyond 1,000 orders in one cycle, and beyond 10,000 that live.
   * @param oco an order whose group it joins, or 0
   * @param transmit whether it, and with it what waits for it, goes to the broker now
   * @param refusal why it is turned away at once, or null
   */
  submit(terms: OrderTerms, oco: number, transmit: boolean, refusal: string | null): OrderId {
    const { book } = this;
    if (this.made >= MOST_MADE) {
      throw new RangeError(`more than ${MOST_MADE} orders were made on one bar: order less, or in fewer pieces`);
    }
    if (book.alive >= MOST_ALIVE) {
      throw new RangeError(`more than ${MOST_ALIVE} orders wait at once: cancel old ones, or give orders a 'validFor'`);
    }
    this.made++;
    const id = ++this.lastOrder as OrderId;
    const order = new Order(id, terms, this.accounts[terms.feed]!.series.closeTime);
    if (oco !== 0) this.join(order, oco);
    const orphaned = terms.parent === 0 ? null : this.adopt(order);
    const reason = refusal ?? orphaned;
    if (reason !== null) book.refuse(order, reason);
    else if (!transmit) book.hold(order);
    else {
      if (order.parent !== 0) book.transmit(order.parent);
      book.send(order);
    }
    return id;
  }

  /** Puts an order into the group of another one that lives. */
  private join(order: Order, id: number): void {
    const first = this.book.find(id);
    if (first === undefined || first.done) return;
    if (first.group === 0) first.group = first.id;
    order.group = first.group;
  }

  /** Makes an order a child of its parent; returns why that cannot be, or null. */
  private adopt(order: Order): string | null {
    const parent = this.book.find(order.parent);
    if (parent === undefined || parent.done) return `its parent, order ${order.parent}, is over or was never made`;
    if (parent.parent !== 0) return `its parent, order ${order.parent}, is itself a child: name the main order`;
    parent.bracket = parent.id;
    return null;
  }

  /** Cancels a live order at once, and with it its group and bracket; anything else is left as it is. */
  cancel(id: OrderId): void {
    const order = this.book.find(id);
    if (order !== undefined && !order.done) this.book.finish(order, "Canceled", null);
  }

  /** The order as it is now; null once its end was delivered and that cycle is over, or if there was none. */
  order(id: OrderId): OrderEvent | null {
    const order = this.book.find(id);
    return order === undefined ? null : orderEvent(order, order.status, this.accounts[order.feed]!);
  }

  /** Forgets orders that are over and delivered. */
  endCycle(): void {
    this.made = 0;
    this.book.forget();
  }

  private checkSubmitted(): void {
    const { book, accounts } = this;
    const check = new MarginCheck(this.execution.cash, accounts, this.allowShort);
    for (const order of book.orders) {
      if (order.status !== "Submitted") continue;
      const series = accounts[order.feed]!.series;
      const opens = this.cheatOnOpen && order.execType === "Market" && series.closeTime > order.lastBar;
      const refusal = check.admit(order, opens ? series.open : order.checkPrice);
      if (refusal === null) book.accept(order);
      else book.finish(order, refusal.status, refusal.note);
    }
  }

  private matchWaiting(): void {
    const now = this.recorder.time;
    for (const order of this.book.orders) {
      if (order.status !== "Accepted" && order.status !== "Partial") continue;
      const { conditions } = order;
      if (conditions !== null && now > conditions.valid) this.book.finish(order, "Expired", null);
      else this.match(order, conditions);
    }
  }

  /** Tests an order against the bar of its feed, once. A window without trades fills, triggers and trails nothing. */
  private match(order: Order, conditions: Conditions | null): void {
    const account = this.accounts[order.feed]!;
    const series = account.series;
    const bar = series.closeTime;
    if (!(bar > order.lastBar)) return;
    order.lastBar = bar;
    if (!order.active || series.trades === 0) return;
    const trails = conditions?.trails === true && !conditions.triggered;
    const price = this.matcher.match(order, series);
    if (!Number.isNaN(price)) this.fill(order, account, price);
    if (conditions === null || order.done) return;
    conditions.rested = order.execType === "Limit" || conditions.triggered;
    if (trails) trail(conditions, order.buys, series, account.priceStep);
  }

  private fill(order: Order, account: Account, price: number): void {
    const { book } = this;
    const wanted = order.reduceOnly ? reduction(account.position.lots, order.remainingLots) : order.remainingLots;
    if (wanted === 0) {
      book.finish(order, "Canceled", REDUCED);
      return;
    }
    const lots = this.filler.fill(wanted, account.series, account.lots);
    if (lots === 0) return;
    const before = order.remainingLots;
    const refusal = this.execution.execute(order, account, lots, price, this.matcher.maker);
    const left = order.remainingLots;
    if (refusal !== null) {
      if (left !== before) book.partial(order);
      if (!order.done) book.finish(order, refusal.status, refusal.note);
    } else if (left === 0) {
      book.finish(order, "Completed", null);
      if (order.bracket === order.id) this.activate(order);
    } else {
      book.partial(order);
      if (order.reduceOnly && account.position.lots === 0 && !order.done) book.finish(order, "Canceled", REDUCED);
    }
  }

  /** Lets the children of a main order fill, on bars after the present ones. */
  private activate(main: Order): void {
    for (const order of this.book.orders) {
      if (order.parent !== main.id) continue;
      order.active = true;
      order.lastBar = this.accounts[order.feed]!.series.closeTime;
    }
  }

  changed(order: Order, status: OrderStatus, note: string | null): void {
    order.status = status;
    const account = this.accounts[order.feed]!;
    const scale = account.lots;
    const remaining = order.remainingLots;
    const left = remaining === 0 ? 0 : scale.units(remaining);
    this.recorder.order(order, status, account.name, scale.units(order.lots), left, note);
    this.notices.order(order, status);
  }

  /** Between two cycles. */
  save(writer: SnapshotWriter): void {
    writer.number(this.execution.cash);
    writer.number(this.lastOrder);
    for (const account of this.accounts) account.position.save(writer);
    this.trades.save(writer, this.accounts);
    this.book.save(writer);
    this.notices.save(writer);
  }

  restore(reader: SnapshotReader): void {
    const { execution } = this;
    execution.cash = reader.number();
    this.lastOrder = reader.number();
    for (const { position, carries } of this.accounts) {
      position.load(reader);
      if (position.lots === 0) continue;
      execution.held++;
      if (carries) execution.carried++;
    }
    this.trades.restore(reader, this.accounts);
    this.book.restore(reader);
    this.notices.restore(reader, this.book.orders);
  }
}
