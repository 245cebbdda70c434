import type { Account } from "./account.ts";

/** How much to trade, in exactly one of three ways; all > 0, or 0 for no order. */
export type OrderSize =
  /** Base units. */
  | { readonly size: number; readonly quote?: never; readonly fraction?: never }
  /** Quote currency, at the last close, fees on top. */
  | { readonly size?: never; readonly quote: number; readonly fraction?: never }
  /** Fraction of the portfolio's value, at the last close, fees on top. */
  | { readonly size?: never; readonly quote?: never; readonly fraction: number };

/** Base units that are asked for. Throws RangeError where the size is missing, double, negative or broken. */
export function requestedUnits(request: OrderSize, account: Account, value: number): number {
  const { size, quote, fraction } = request;
  const given = [size, quote, fraction].filter((amount) => amount !== undefined);
  if (given.length !== 1) {
    throw new RangeError(
      `an order has ${given.length} sizes: give one of size (units), quote (money), fraction (of value)`,
    );
  }
  const amount = given[0]!;
  if (!(amount >= 0 && amount < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`an order's size is ${amount}: give a number from 0 on`);
  }
  if (size !== undefined) return size;
  const close = account.series.close;
  if (!(close > 0)) throw new RangeError(`feed ${account.name} has no price yet to make a size from: order by units`);
  return (quote ?? fraction! * value) / close;
}

/** Why the exchange would not take an order of `lots`, or null: it must be at least the minimums at the last close. */
export function belowMinimum(account: Account, lots: number): string | null {
  const { spec } = account;
  if (lots === 0) return `rounds to 0 at the amount step of ${spec.amountStep} ${spec.base}`;
  const units = Math.abs(account.lots.units(lots));
  if (units < spec.minAmount) return `${units} ${spec.base} is under the minimum of ${spec.minAmount} ${spec.base}`;
  const notional = units * account.series.close;
  if (notional < spec.minNotional) {
    return `${notional} ${spec.quote} is under the minimum value of ${spec.minNotional} ${spec.quote}`;
  }
  return null;
}
