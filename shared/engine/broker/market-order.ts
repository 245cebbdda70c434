import type { Account } from "./account.ts";
import type { Order } from "./order.ts";

/**
 * The price at which a market order fills on the bar that its feed has now, or NaN: at the open of the first bar after
 * the one it was made on. A window without trades fills nothing.
 */
export function marketFill(order: Order, account: Account): number {
  const series = account.series;
  if (!(series.closeTime > order.createdBar) || series.trades === 0) return Number.NaN;
  return series.open;
}
