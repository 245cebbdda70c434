import { cutText } from "../../market/cut-text.ts";
import type { ExecType } from "../run-events.ts";
import { LONGEST_TAG } from "../text-limits.ts";
import type { Account } from "./account.ts";
import { Conditions } from "./conditions.ts";
import { EXEC_TYPES, type OrderTerms } from "./order.ts";
import type { OrderOptions } from "./order-request.ts";
import { endOfDay, validUntil } from "./validity.ts";

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
 * @param from the first ms after what has happened, UTC
 * @param cheats whether market orders fill at the close of the bar they are made on
 */
export function orderTerms(
  options: OrderOptions,
  account: Account,
  lots: number,
  from: number,
  cheats: boolean,
): OrderTerms {
  const { execType = "Market", tradeId = 0, parent = 0, reduceOnly = false } = options;
  if (execType !== "Market" && !EXEC_TYPES.includes(execType)) {
    throw new RangeError(`execType of an order is '${execType}': use one of ${EXEC_TYPES.join(", ")}`);
  }
  if (tradeId !== 0 && !(Number.isSafeInteger(tradeId) && tradeId > 0)) {
    throw new RangeError(`tradeId of an order is ${tradeId}: give a whole number from 0 on`);
  }
  const atMarket = execType === "Market" || execType === "Close";
  const conditions = conditionsOf(execType, options, account, lots > 0, from, cheats);
  const checkPrice = atMarket
    ? (optionalPrice("price", execType, options) ?? account.series.lastPrice)
    : (conditions?.price ?? Number.NaN);
  return {
    feed: account.index,
    lots,
    execType,
    checkPrice,
    conditions,
    tradeId,
    reduceOnly,
    parent,
    tag: tagOf(options),
  };
}

function tagOf({ tag }: OrderOptions): string | null {
  // Whatever a strategy without types gives.
  return tag === undefined || tag === null ? null : cutText(String(tag), LONGEST_TAG);
}

/** Null for a market order that takes the next open; market orders never expire. */
function conditionsOf(
  execType: ExecType,
  options: OrderOptions,
  account: Account,
  buys: boolean,
  from: number,
  cheatOnClose: boolean,
): Conditions | null {
  const market = execType === "Market";
  const cheats = market && cheatOnClose && options.cheatOnClose !== false;
  const valid = validUntil(options, from);
  if (market && !cheats) return null;
  const trails = execType === "StopTrail" || execType === "StopTrailLimit";
  if (trails) checkTrail(execType, options);
  return new Conditions({
    ...pricesOf(execType, options, account, buys),
    trailAmount: trails ? (options.trailAmount ?? 0) : 0,
    trailPercent: trails ? (options.trailPercent ?? 0) : 0,
    cheatPrice: cheats ? account.series.lastPrice : Number.NaN,
    valid: market ? Number.POSITIVE_INFINITY : valid,
    sessionEnd: endOfDay(from),
  });
}

function pricesOf(execType: ExecType, options: OrderOptions, account: Account, buys: boolean): Prices {
  const step = account.priceStep;
  switch (execType) {
    case "Market":
    case "Close":
      return NO_PRICES;
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
    case "StopTrail":
    case "StopTrailLimit": {
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
