import type { Series } from "../feeds/series.ts";
import type { Order } from "./order.ts";
import type { PriceStep } from "./price-step.ts";
import type { Slippage } from "./slippage.ts";

/**
 * Finds the price at which a bar fills an order. Rules are backtrader's: a bar is its open, then its range, then its
 * close; trailing stops move with closes alone.
 */
export class Matcher {
  /** Whether the fill found last rested in the book as a limit order. */
  maker = false;
  private readonly slippage: Slippage;

  constructor(slippage: Slippage) {
    this.slippage = slippage;
  }

  /** The price, or NaN where the bar does not fill the order. The series is at a bar with trades that it may fill on. */
  match(order: Order, series: Series): number {
    this.maker = false;
    switch (order.execType) {
      case "Market":
        return this.market(order, series);
      case "Close":
        return sessionClose(order, series);
      case "Limit":
        return this.limit(order, series);
      case "Stop":
      case "StopTrail":
        return this.stop(order, series);
      case "StopLimit":
      case "StopTrailLimit":
        return this.stopLimit(order, series);
    }
  }

  private market(order: Order, series: Series): number {
    const price = Number.isNaN(order.cheatPrice) ? series.open : order.cheatPrice;
    return this.atOpen(price, order.buys, order.buys ? series.high : series.low, false);
  }

  /** At the open if that is not worse than the limit, else at the limit if the bar reaches it. */
  private limit(order: Order, series: Series): number {
    const { buys, limit } = order;
    const open = series.open;
    if (buys ? open <= limit : open >= limit) {
      this.maker = order.rested;
      return this.atOpen(open, buys, edgeOf(buys, limit, series), true);
    }
    if (!(buys ? series.low <= limit : series.high >= limit)) return Number.NaN;
    this.maker = true;
    return limit;
  }

  /** At the open if that is beyond the stop, else at the stop if the bar reaches it. */
  private stop(order: Order, series: Series): number {
    const { buys, stop } = order;
    const edge = buys ? series.high : series.low;
    if (buys ? series.open >= stop : series.open <= stop) return this.atOpen(series.open, buys, edge, false);
    return reaches(order, series) ? this.slippage.slip(stop, edge, buys, false) : Number.NaN;
  }

  /**
   * A limit order once its stop is reached. Inside the bar that reaches it the limit fills at the stop if it allows so
   * much, else at the limit if the bar went on to close beyond its open against the order and at the limit or better.
   */
  private stopLimit(order: Order, series: Series): number {
    if (order.triggered) return this.limit(order, series);
    const { buys, stop, limit } = order;
    const { open, close } = series;
    if (buys ? open >= stop : open <= stop) {
      order.triggered = true;
      return this.limit(order, series);
    }
    if (!reaches(order, series)) return Number.NaN;
    order.triggered = true;
    if (buys ? limit >= stop : limit <= stop) return this.slippage.slip(stop, edgeOf(buys, limit, series), buys, true);
    const returned = buys ? open > close && limit >= close : open <= close && limit <= close;
    if (!returned) return Number.NaN;
    this.maker = true;
    return limit;
  }

  private atOpen(price: number, buys: boolean, edge: number, limited: boolean): number {
    return this.slippage.slipsOpen ? this.slippage.slip(price, edge, buys, limited) : price;
  }
}

function reaches({ buys, stop }: Order, series: Series): boolean {
  return buys ? series.high >= stop : series.low <= stop;
}

/** The worst price that both the bar and the limit allow. */
function edgeOf(buys: boolean, limit: number, series: Series): number {
  return buys ? Math.min(series.high, limit) : Math.max(series.low, limit);
}

/**
 * The close of the session's last bar: of the bar that ends with the session, or, if the first bar at or after its end
 * ends later, of the last bar before. What a volume filler leaves fills at the closes of the bars after.
 */
function sessionClose(order: Order, series: Series): number {
  const time = series.closeTime - 1;
  if (time < order.sessionEnd) {
    order.sessionClose = series.close;
    return Number.NaN;
  }
  const { sessionClose } = order;
  order.sessionClose = Number.NaN;
  return time > order.sessionEnd && !Number.isNaN(sessionClose) ? sessionClose : series.close;
}

/**
 * Moves a trailing stop after a bar that did not fill it: to its distance from the close, never further away. A
 * trailing stop-limit takes its limit along, at the distance that it had.
 */
export function trail(order: Order, series: Series, step: PriceStep): void {
  const { buys, trailAmount, trailPercent } = order;
  const close = series.close;
  const distance = trailAmount > 0 ? trailAmount : close * trailPercent;
  const stop = step.stop(buys ? close + distance : close - distance, buys);
  if (buys ? stop >= order.stop : stop <= order.stop) return;
  order.stop = stop;
  if (!Number.isNaN(order.limit)) order.limit = step.limit(stop - order.limitOffset, buys);
}
