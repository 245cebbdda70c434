import { type SizerSettings, sizedUnits } from "../sizers/sizer.ts";
import type { Account } from "./account.ts";
import { MOST_LOTS } from "./lots.ts";

/** How much to trade, in one of three ways; all > 0, or 0 for no order. Without any the run's sizer decides. */
export type OrderSize =
  /** Base units. */
  | { readonly size?: number; readonly quote?: never; readonly fraction?: never }
  /** Quote currency, at the last price, fees on top. */
  | { readonly size?: never; readonly quote: number; readonly fraction?: never }
  /** Fraction of the portfolio's value, at the last price, fees on top. */
  | { readonly size?: never; readonly quote?: never; readonly fraction: number };

/** What sizes are made from. */
export interface SizeSource {
  readonly cash: number;
  /** Of the portfolio, quote currency. */
  readonly value: number;
  readonly sizer: SizerSettings | null;
}

/** Base units that are asked for. Throws RangeError where the size is missing, double, negative or broken. */
export function requestedUnits(request: OrderSize, account: Account, source: SizeSource): number {
  const { size, quote, fraction } = request;
  const amount = size ?? quote ?? fraction;
  if (amount === undefined) return unitsBySizer(account, source);
  const doubled =
    size === undefined ? quote !== undefined && fraction !== undefined : (quote ?? fraction) !== undefined;
  if (doubled)
    throw new RangeError("an order has several sizes: give one of size (units), quote (money), fraction (of value)");
  if (typeof amount !== "number" || !(amount >= 0 && amount < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`an order's size is ${amount}: give a number from 0 on, and sell() or buy() for the side`);
  }
  if (size !== undefined) return size;
  return (quote ?? fraction! * source.value) / unitPrice(account);
}

function unitsBySizer(account: Account, { cash, sizer }: SizeSource): number {
  if (sizer === null) {
    throw new RangeError(
      "an order has no size, and the run no sizer: give size (units), quote (money) or fraction (of value)",
    );
  }
  return sizedUnits(sizer, { cash, held: account.position.size, price: lastPrice(account) });
}

/** What a unit is worth at the last price, quote currency. Throws RangeError for a feed without a price. */
export function unitPrice(account: Account): number {
  return lastPrice(account) * account.financing.mult;
}

function lastPrice({ name, series }: Account): number {
  const price = series.lastPrice;
  if (!(price > 0)) throw new RangeError(`feed ${name} has no price yet to make a size from: order by units`);
  return price;
}

/**
 * Why an order of `lots` at `price` is not taken, or null: it must be at least the exchange's minimums, and so many that
 * they can be counted.
 */
export function sizeRefusal(account: Account, lots: number, price: number): string | null {
  const { spec } = account;
  if (lots === 0) return `rounds to 0 at the amount step of ${spec.amountStep} ${spec.base}`;
  if (!account.lots.exact(lots)) return uncountable(account);
  const units = Math.abs(account.lots.units(lots));
  if (units < spec.minAmount) return `${units} ${spec.base} is under the minimum of ${spec.minAmount} ${spec.base}`;
  const notional = units * price;
  if (notional < spec.minNotional) {
    return `${notional} ${spec.quote} is under the minimum value of ${spec.minNotional} ${spec.quote}`;
  }
  return null;
}

/** Why a position of too many lots is not taken. */
export function uncountable({ lots, spec }: Account): string {
  const step = lots.units(1);
  return (
    `is too large to be counted exactly in steps of ${step} ${spec.base}, of which a position holds ` +
    `${MOST_LOTS} at most: order less, or give the instrument a greater amountStep`
  );
}
