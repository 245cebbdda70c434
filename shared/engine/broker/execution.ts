import type { Recorder } from "../recorder.ts";
import type { Account } from "./account.ts";
import { type Refusal, reduction, SHORT_REFUSED } from "./margin-check.ts";
import type { Order } from "./order.ts";
import { uncountable } from "./order-size.ts";
import type { BookedFill, TradeBook } from "./trade-book.ts";
import { dayOf } from "./validity.ts";

/** The cash, and what fills, marking and interest do to it and to the positions. */
export class Execution {
  cash: number;
  /** Feeds with a position, and of these the ones whose position changes the cash by itself. */
  held = 0;
  carried = 0;
  private readonly allowShort: boolean;
  private readonly recorder: Recorder;
  private readonly trades: TradeBook;

  constructor(cash: number, allowShort: boolean, recorder: Recorder, trades: TradeBook) {
    this.cash = cash;
    this.allowShort = allowShort;
    this.recorder = recorder;
    this.trades = trades;
  }

  /**
   * Executes `lots` of an order at `price`: first what closes, then what opens. Returns why the second part was left
   * out, or null.
   */
  execute(order: Order, account: Account, lots: number, price: number, maker: boolean): Refusal | null {
    const closing = reduction(account.position.lots, lots);
    const opening = lots - closing;
    let pnl = 0;
    let closeFee = 0;
    if (closing !== 0) {
      const units = account.lots.units(closing);
      const { position, financing } = account;
      pnl = -units * (price - position.price) * financing.mult;
      closeFee = this.close(order, account, closing, units, price, pnl, maker);
    }
    let refusal: Refusal | null = null;
    let opened = 0;
    let openFee = 0;
    if (opening !== 0) {
      const units = account.lots.units(opening);
      const plainFees = order.plainFees;
      openFee = account.charge(order, units, price, maker);
      refusal = this.open(order, account, opening, units, price, openFee);
      if (refusal === null) opened = opening;
      else {
        openFee = 0;
        order.plainFees = plainFees;
      }
    }
    this.settle(order, account, price, { closed: closing, opened, closeFee, openFee }, pnl, maker);
    return refusal;
  }

  /** Returns the fee. */
  private close(
    order: Order,
    account: Account,
    lots: number,
    units: number,
    price: number,
    pnl: number,
    maker: boolean,
  ): number {
    const { position, financing } = account;
    const fee = account.charge(order, units, price, maker);
    order.executedValue += financing.entryValue(-units, position.price);
    this.cash += financing.locked(-units, position.price);
    this.cash += financing.marked ? -units * (price - position.markPrice) * financing.mult : pnl;
    this.cash -= fee;
    const interest = position.interest;
    position.interest = 0;
    position.add(lots, price);
    if (position.lots === 0) {
      this.held--;
      if (account.carries) this.carried--;
    }
    return fee + interest;
  }

  private open(
    order: Order,
    account: Account,
    lots: number,
    units: number,
    price: number,
    fee: number,
  ): Refusal | null {
    const { position, financing } = account;
    if (lots < 0 && !this.allowShort) return SHORT_REFUSED;
    if (!account.lots.exact(position.lots + lots)) return { status: "Rejected", note: uncountable(account) };
    const cash = this.cash - financing.locked(units, price) - fee;
    if (cash < 0) return { status: "Margin", note: `needs ${-cash} ${account.spec.quote} more than the cash there is` };
    this.cash = cash;
    order.executedValue += financing.entryValue(units, price);
    if (position.lots === 0) {
      this.held++;
      if (account.carries) this.carried++;
    } else if (financing.marked) this.mark(account, price);
    position.add(lots, price);
    position.markPrice = price;
    return null;
  }

  private settle(order: Order, account: Account, price: number, fill: BookedFill, pnl: number, maker: boolean): void {
    const lots = fill.closed + fill.opened;
    if (lots === 0) return;
    const fee = fill.closeFee + fill.openFee;
    const before = order.lots - order.remainingLots;
    order.executedPrice = (order.executedPrice * before + price * lots) / (before + lots);
    order.remainingLots -= lots;
    order.fees += fee;
    order.pnl += pnl;
    if (account.financing.interest > 0) account.position.paidDay = dayOf(account.series.closeTime - 1);
    this.trades.book(order, account, price, fill);
    this.recorder.fill(order.id, account.name, account.lots.units(lots), price, fee, pnl, maker);
  }

  /** Books a marked position's profit up to `price`. */
  private mark(account: Account, price: number): void {
    const { position, financing } = account;
    this.cash += position.size * (price - position.markPrice) * financing.mult;
    position.markPrice = price;
  }

  /** Books the profits of marked positions up to their last close. */
  markAll(accounts: readonly Account[]): void {
    for (const account of accounts) {
      if (account.financing.marked && account.position.lots !== 0) this.mark(account, account.series.close);
    }
  }

  /** Takes interest for the days since it was last taken, or since the last fill; closing fills count it as a fee. */
  payInterest(accounts: readonly Account[]): void {
    for (const { financing, position, series } of accounts) {
      if (financing.interest === 0 || position.lots === 0 || (position.lots > 0 && !financing.interestLong)) continue;
      const day = dayOf(series.closeTime - 1);
      const days = day - position.paidDay;
      if (days <= 0) continue;
      const due = ((days * financing.interest) / 365) * Math.abs(position.size) * position.price;
      position.paidDay = day;
      position.interest += due;
      this.cash -= due;
    }
  }
}
