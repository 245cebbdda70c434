import type { Account } from "./account.ts";
import type { Order } from "./order.ts";

/** Why an order may not go on. */
export interface Refusal {
  readonly status: "Margin" | "Rejected";
  readonly note: string;
}

/** What an order did to the trial account. */
interface Effect {
  readonly feed: number;
  readonly lots: number;
  readonly cash: number;
}

/**
 * The trial account of one round of submitted orders: each is executed in full at its check price, with pnl taken as 0,
 * on top of those accepted before it. Orders that wait already reserve nothing. Of orders that exclude each other only
 * one counts: children of a bracket leave the account as their main order does, and members of a group take each
 * other's place.
 */
export class MarginCheck {
  private cash: number;
  private readonly lots: number[];
  private readonly accounts: readonly Account[];
  private readonly allowShort: boolean;
  private groups: Map<number, Effect> | null = null;

  constructor(cash: number, accounts: readonly Account[], allowShort: boolean) {
    this.cash = cash;
    this.accounts = accounts;
    this.lots = accounts.map((account) => account.position.lots);
    this.allowShort = allowShort;
  }

  /** Takes the order into the trial account, or says why not and leaves it unchanged. */
  admit(order: Order, price: number): Refusal | null {
    const account = this.accounts[order.feed]!;
    const instead = order.group === 0 ? undefined : this.groups?.get(order.group);
    const held = this.lots[order.feed]! - (instead?.feed === order.feed ? instead.lots : 0);
    const before = this.cash - (instead?.cash ?? 0);
    let lots = order.lots;
    if (order.reduceOnly) lots = reduction(held, lots);
    const after = held + lots;
    if (after < 0 && lots < 0 && !this.allowShort) return SHORT_REFUSED;
    const cash = before + cashOf(account, held, lots, price);
    if (cash < 0) return { status: "Margin", note: `needs ${-cash} ${account.spec.quote} more than the cash there is` };
    if (instead !== undefined || order.parent !== 0) return null;
    if (order.group !== 0) {
      this.groups ??= new Map();
      this.groups.set(order.group, { feed: order.feed, lots, cash: cash - before });
    }
    this.cash = cash;
    this.lots[order.feed] = after;
    return null;
  }
}

/** What trading `lots` on top of `held` ones does to the cash, if the position was entered at `price`. */
function cashOf(account: Account, held: number, lots: number, price: number): number {
  const { financing, commission } = account;
  const closing = reduction(held, lots);
  let cash = 0;
  let fee = 0;
  if (closing !== 0) {
    const units = account.lots.units(closing);
    cash = financing.locked(-units, price);
    fee = commission.cost(units, price, false);
  }
  if (closing !== lots) {
    const units = account.lots.units(lots - closing);
    cash -= financing.locked(units, price);
    fee += commission.cost(units, price, false);
  }
  return cash - Math.max(fee, lots === 0 ? 0 : commission.minimum);
}

/** As many of `lots` as reduce a position of `held` lots. */
export function reduction(held: number, lots: number): number {
  if (held === 0 || held > 0 === lots > 0) return 0;
  return Math.abs(lots) <= Math.abs(held) ? lots : -held;
}

export const SHORT_REFUSED: Refusal = {
  status: "Rejected",
  note: "sells more than is held, and short selling is not allowed in this run",
};
