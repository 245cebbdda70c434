import type { Series } from "../feeds/series.ts";
import type { Conditions } from "./conditions.ts";
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
    const { conditions, buys } = order;
    if (conditions === null) return this.market(series.open, buys, series);
    switch (order.execType) {
      case "Market":
        return this.market(Number.isNaN(conditions.cheatPrice) ? series.open : conditions.cheatPrice, buys, series);
      case "Close":
        return sessionClose(conditions, series);
      case "Limit":
        return this.limit(conditions, buys, series);
      case "Stop":
      case "StopTrail":
        return this.stop(conditions.stop, buys, series);
      case "StopLimit":
      case "StopTrailLimit":
        return this.stopLimit(conditions, buys, series);
    }
  }

  private market(price: number, buys: boolean, series: Series): number {
    return this.slippage.slipsOpen ? this.slippage.slip(price, farEdge(buys, series), buys, false) : price;
  }

  /** At the open if that is not worse than the limit, else at the limit if the bar reaches it. */
  private limit({ limit, rested }: Conditions, buys: boolean, series: Series): number {
    const open = series.open;
    if (buys ? open <= limit : open >= limit) {
      this.maker = rested;
      return this.slippage.slipsOpen ? this.slippage.slip(open, edgeOf(buys, limit, series), buys, true) : open;
    }
    if (!(buys ? series.low <= limit : series.high >= limit)) return Number.NaN;
    this.maker = true;
    return limit;
  }

  /** At the open if that is beyond the stop, else at the stop if the bar reaches it. */
  private stop(stop: number, buys: boolean, series: Series): number {
    if (buys ? series.open >= stop : series.open <= stop) return this.market(series.open, buys, series);
    if (!reaches(stop, buys, series)) return Number.NaN;
    return this.slippage.slip(stop, farEdge(buys, series), buys, false);
  }

  /**
   * A limit order once its stop is reached. Inside the bar that reaches it the limit fills at the stop if it allows so
   * much, else at the limit if the bar went on to close beyond its open against the order and at the limit or better.
   */
  private stopLimit(conditions: Conditions, buys: boolean, series: Series): number {
    if (conditions.triggered) return this.limit(conditions, buys, series);
    const { stop, limit } = conditions;
    const { open, close } = series;
    if (buys ? open >= stop : open <= stop) {
      conditions.triggered = true;
      return this.limit(conditions, buys, series);
    }
    if (!reaches(stop, buys, series)) return Number.NaN;
    conditions.triggered = true;
    if (buys ? limit >= stop : limit <= stop) return this.slippage.slip(stop, edgeOf(buys, limit, series), buys, true);
    const returned = buys ? open > close && limit >= close : open <= close && limit <= close;
    if (!returned) return Number.NaN;
    this.maker = true;
    return limit;
  }
}

function reaches(stop: number, buys: boolean, series: Series): boolean {
  return buys ? series.high >= stop : series.low <= stop;
}

/** The worst price of the bar. */
function farEdge(buys: boolean, series: Series): number {
  return buys ? series.high : series.low;
}

/** The worst price that both the bar and the limit allow. */
function edgeOf(buys: boolean, limit: number, series: Series): number {
  return buys ? Math.min(series.high, limit) : Math.max(series.low, limit);
}

/**
 * The close of the session's last bar: of the bar that ends with the session, or, if the first bar at or after its end
 * ends later, of the last bar before. What a volume filler leaves fills at the closes of the bars after.
 */
function sessionClose(conditions: Conditions, series: Series): number {
  const time = series.closeTime - 1;
  if (time < conditions.sessionEnd) {
    conditions.sessionClose = series.close;
    return Number.NaN;
  }
  const { sessionClose } = conditions;
  conditions.sessionClose = Number.NaN;
  return time > conditions.sessionEnd && !Number.isNaN(sessionClose) ? sessionClose : series.close;
}

/**
 * Moves a trailing stop after a bar that did not fill it: to its distance from the close, never further away. A
 * trailing stop-limit takes its limit along, at the distance that it had.
 */
export function trail(conditions: Conditions, buys: boolean, series: Series, step: PriceStep): void {
  const { trailAmount, trailPercent } = conditions;
  const close = series.close;
  const distance = trailAmount > 0 ? trailAmount : close * trailPercent;
  const stop = step.stop(buys ? close + distance : close - distance, buys);
  if (!(buys ? stop < conditions.stop : stop > conditions.stop)) return;
  conditions.stop = stop;
  if (!Number.isNaN(conditions.limit)) conditions.limit = step.limit(stop - conditions.limitOffset, buys);
}
