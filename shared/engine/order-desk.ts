import type { Account } from "./broker/account.ts";
import type { Broker } from "./broker/broker.ts";
import type { OrderEvent, OrderId } from "./broker/order.ts";
import { belowMinimum, type OrderSize, requestedUnits } from "./broker/order-size.ts";

/** Turns what a strategy asks for into orders of whole lots. */
export class OrderDesk {
  /** Why no order is taken now, or null. */
  closed: string | null = null;
  private readonly broker: Broker;

  constructor(broker: Broker) {
    this.broker = broker;
  }

  get cash(): number {
    return this.broker.cash;
  }

  get value(): number {
    return this.broker.value;
  }

  account(feed: number): Account {
    return this.broker.accounts[feed]!;
  }

  order(id: OrderId): OrderEvent | null {
    return this.broker.order(id);
  }

  cancel(id: OrderId): void {
    this.broker.cancel(id);
  }

  /** @param direction 1 to buy, −1 to sell */
  trade(feed: number, direction: 1 | -1, request: OrderSize, tag: string | null): OrderId | null {
    const account = this.account(feed);
    const units = direction * requestedUnits(request, account, this.broker.value);
    return units === 0 ? null : this.send(account, account.lots.count(units), tag);
  }

  /** Trades the position away; null where there is none. */
  close(feed: number, tag: string | null): OrderId | null {
    const account = this.account(feed);
    const lots = account.position.lots;
    return lots === 0 ? null : this.send(account, -lots, tag);
  }

  /** @param target base units to hold, negative for a short */
  targetSize(feed: number, target: number, tag: string | null): OrderId | null {
    const account = this.account(feed);
    requireNumber(target, "orderTargetSize");
    if (target === 0) return this.close(feed, tag);
    const lots = account.lots.count(target) - account.position.lots;
    return lots === 0 ? null : this.send(account, lots, tag);
  }

  /** @param target value to hold, quote currency, negative for a short */
  targetValue(feed: number, target: number, tag: string | null): OrderId | null {
    const account = this.account(feed);
    requireNumber(target, "orderTargetValue");
    if (target === 0) return this.close(feed, tag);
    const close = account.series.close;
    if (!(close > 0)) throw new RangeError(`feed ${account.name} has no price yet to reach a value with`);
    const lots = account.lots.count((target - account.position.size * close) / close);
    return lots === 0 ? null : this.send(account, lots, tag);
  }

  /** @param target fraction of the portfolio's value to hold, negative for a short */
  targetPercent(feed: number, target: number, tag: string | null): OrderId | null {
    requireNumber(target, "orderTargetPercent");
    return this.targetValue(feed, target * this.broker.value, tag);
  }

  private send(account: Account, lots: number, tag: string | null): OrderId {
    const refusal = this.closed ?? this.untradable(account) ?? belowMinimum(account, lots);
    return this.broker.submit(account, lots, tag, refusal);
  }

  /** Why a feed cannot be traded now, or null. */
  private untradable(account: Account): string | null {
    const { quote } = this.account(0).spec;
    if (account.spec.quote !== quote) return `is priced in ${account.spec.quote}, while the account holds ${quote}`;
    return account.series.close > 0 ? null : "its feed has had no bar yet";
  }
}

function requireNumber(target: number, what: string): void {
  if (!Number.isFinite(target)) throw new RangeError(`${what}(${target}): give a finite number`);
}
