import type { ExecType } from "../run-events.ts";
import type { Account } from "./account.ts";
import { EXEC_TYPES, type OrderTerms } from "./order.ts";
import type { OrderOptions } from "./order-request.ts";
import { endOfDay, validUntil } from "./validity.ts";

/** The moment at which an order is made. */
export interface Moment {
  /** Clock of the cycle, ms UTC: the last ms of the bar that ends, or that begins in the open hooks. */
  readonly time: number;
  /** The first ms of the bar that begins, UTC. */
  readonly from: number;
  /** Whether market orders fill at the close of the bar they are made on. */
  readonly cheatOnClose: boolean;
}

interface Prices {
  readonly price: number;
  readonly stop: number;
  readonly limit: number;
  readonly limitOffset: number;
}

const NO_PRICES: Prices = { price: Number.NaN, stop: Number.NaN, limit: Number.NaN, limitOffset: Number.NaN };

/**
 * The terms of an order of whole lots (negative to sell), its prices rounded to the price step: limits never worse,
 * stops never earlier than asked for. Throws RangeError for a price, trail or validity that is missing or cannot be.
 */
export function orderTerms(options: OrderOptions, account: Account, lots: number, moment: Moment): OrderTerms {
  const { execType = "Market", tradeId = 0, parent = 0, reduceOnly = false, tag = null } = options;
  if (!EXEC_TYPES.includes(execType)) {
    throw new RangeError(`execType of an order is '${execType}': use one of ${EXEC_TYPES.join(", ")}`);
  }
  if (!Number.isSafeInteger(tradeId) || tradeId < 0) {
    throw new RangeError(`tradeId of an order is ${tradeId}: give a whole number from 0 on`);
  }
  const last = account.series.lastPrice;
  const atMarket = execType === "Market" || execType === "Close";
  const cheats = execType === "Market" && moment.cheatOnClose && options.cheatOnClose !== false;
  const trails = execType === "StopTrail" || execType === "StopTrailLimit";
  if (trails) checkTrail(execType, options);
  const prices = atMarket ? NO_PRICES : pricesOf(execType, options, account, lots > 0);
  return {
    feed: account.index,
    lots,
    execType,
    price: prices.price,
    stop: prices.stop,
    limit: prices.limit,
    limitOffset: prices.limitOffset,
    trailAmount: trails ? (options.trailAmount ?? 0) : 0,
    trailPercent: trails ? (options.trailPercent ?? 0) : 0,
    checkPrice: atMarket ? (optionalPrice("price", execType, options) ?? last) : prices.price,
    cheatPrice: cheats ? last : Number.NaN,
    valid: validUntil(options, moment.from),
    sessionEnd: endOfDay(moment.time),
    tradeId,
    reduceOnly,
    parent,
    tag,
  };
}

function pricesOf(execType: ExecType, options: OrderOptions, account: Account, buys: boolean): Prices {
  const step = account.priceStep;
  switch (execType) {
    case "Limit": {
      const limit = step.limit(requiredPrice("price", execType, options), buys);
      return { ...NO_PRICES, price: limit, limit };
    }
    case "Stop": {
      const stop = step.stop(requiredPrice("price", execType, options), buys);
      return { ...NO_PRICES, price: stop, stop };
    }
    case "StopLimit": {
      const stop = step.stop(requiredPrice("price", execType, options), buys);
      const limit = step.limit(requiredPrice("priceLimit", execType, options), buys);
      return { ...NO_PRICES, price: stop, stop, limit };
    }
    default: {
      const reference = optionalPrice("price", execType, options) ?? account.series.lastPrice;
      const { trailAmount, trailPercent } = options;
      const distance = trailAmount ?? reference * trailPercent!;
      const stop = step.stop(buys ? reference + distance : reference - distance, buys);
      if (execType === "StopTrail") return { ...NO_PRICES, price: stop, stop };
      const limitOffset = reference - requiredPrice("priceLimit", execType, options);
      return { price: stop, stop, limit: step.limit(stop - limitOffset, buys), limitOffset };
    }
  }
}

function checkTrail(execType: ExecType, { trailAmount, trailPercent }: OrderOptions): void {
  const trail = trailAmount ?? trailPercent ?? Number.NaN;
  const most = trailAmount === undefined ? 1 : Number.POSITIVE_INFINITY;
  if ((trailAmount !== undefined && trailPercent !== undefined) || !(trail > 0 && trail < most)) {
    throw new RangeError(
      `a ${execType} order has trailAmount ${trailAmount} and trailPercent ${trailPercent}: give one of an amount ` +
        "above 0 and a fraction above 0 and below 1",
    );
  }
}

function optionalPrice(name: "price" | "priceLimit", execType: ExecType, options: OrderOptions): number | undefined {
  const price = options[name];
  if (price === undefined || (price > 0 && price < Number.POSITIVE_INFINITY)) return price;
  throw new RangeError(`${name} of a ${execType} order is ${price}: give a number above 0`);
}

function requiredPrice(name: "price" | "priceLimit", execType: ExecType, options: OrderOptions): number {
  const price = optionalPrice(name, execType, options);
  if (price === undefined) throw new RangeError(`a ${execType} order has no ${name}: give a number above 0`);
  return price;
}
