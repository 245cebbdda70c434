import type { OrderStatus } from "../run-events.ts";
import type { Account } from "./account.ts";
import { isFinal, type Order, type OrderEvent, type OrderId } from "./order.ts";

/** The order as it is now, under `status`. */
export function orderEvent(order: Order, status: OrderStatus, account: Account): OrderEvent {
  const scale = account.lots;
  const remaining = order.remainingLots;
  const executed = order.lots - remaining;
  const { conditions } = order;
  return {
    id: order.id,
    feed: account.name,
    status: order.sent ? status : "Created",
    done: isFinal(status),
    execType: order.execType,
    size: scale.units(order.lots),
    remaining: remaining === 0 ? 0 : scale.units(remaining),
    price: conditions === null ? null : numberOrNull(conditions.price),
    stopPrice: conditions === null ? null : numberOrNull(conditions.stop),
    limitPrice: conditions === null ? null : numberOrNull(conditions.limit),
    tradeId: order.tradeId,
    parent: order.parent === 0 ? null : (order.parent as OrderId),
    tag: order.tag,
    executed: {
      size: executed === 0 ? 0 : scale.units(executed),
      price: order.executedPrice,
      value: order.executedValue,
      fee: order.fees,
      pnl: order.pnl,
    },
  };
}

/** NaN, which stands for no price, as null. */
function numberOrNull(price: number): number | null {
  return Number.isNaN(price) ? null : price;
}
