import type { FeedView } from "../feeds/feed-view.ts";
import type { ExecType } from "../run-events.ts";
import type { OrderId } from "./order.ts";
import type { OrderSize } from "./order-size.ts";
import type { OrderValidity } from "./validity.ts";

/** What any order may be told of where it belongs. */
interface OrderPlace {
  /** The strategy's first feed if absent. */
  readonly feed?: FeedView;
  /** A word of the strategy's own that orders, and the round trips that they open, carry; cut after 200 characters. */
  readonly tag?: string;
  /** Splits the position of a feed into several round trips: a whole number from 0 on, absent: 0. */
  readonly tradeId?: number;
  /** Whether it may only reduce a position: what would open or turn one is cancelled. Absent: false. */
  readonly reduceOnly?: boolean;
  /** An order whose group it joins: the first fill, even in part, or other end of one cancels the others. */
  readonly oco?: OrderId;
}

/** What kind of order it is, and at which prices. Prices in quote currency. */
export interface OrderOptions extends OrderPlace, OrderValidity {
  /**
   * `Market` (absent): at the next open. `Close`: at the close of the UTC day. `Limit`: at `price` or better. `Stop`: at
   * market once `price` is reached. `StopLimit`: as a limit order at `priceLimit` once `price` is reached. `StopTrail`:
   * a stop that follows the closes at `trailAmount` or `trailPercent`. `StopTrailLimit`: the same with a limit that keeps
   * its distance, `price − priceLimit`, to the stop.
   */
  readonly execType?: ExecType;
  /** Limit or stop price. Trailing: what the first distance is measured from. Market: counts in the margin check only. */
  readonly price?: number;
  readonly priceLimit?: number;
  /** Distance of a trailing stop, quote currency, or a fraction of the close. */
  readonly trailAmount?: number;
  readonly trailPercent?: number;
  /** The main order that it is a child of: it may fill once that is completed, and one end of any ends all. */
  readonly parent?: OrderId;
  /** False keeps it back until a child of it, or of the same parent, is transmitted. Absent: true. */
  readonly transmit?: boolean;
  /** False keeps a market order from filling at its own bar's close in a run that cheats on close. */
  readonly cheatOnClose?: boolean;
}

/** How much to trade of what, and how; without a size the run's sizer decides. */
export type OrderRequest = OrderOptions & OrderSize;

/** A main order with a stop and a limit that end it, whichever comes first. Prices in quote currency. */
export type BracketRequest = OrderPlace &
  OrderValidity &
  OrderSize & {
    /** Of the main order; absent: `Limit`. */
    readonly execType?: ExecType;
    /** Of the main order, as in `OrderOptions`. */
    readonly price?: number;
    readonly priceLimit?: number;
    /** Stop price; for a trailing stop what the first distance is measured from. */
    readonly stopPrice?: number;
    /** Makes the stop a StopLimit. */
    readonly stopPriceLimit?: number;
    /** Makes the stop a StopTrail. */
    readonly stopTrailAmount?: number;
    readonly stopTrailPercent?: number;
    /** Price of the limit order that takes the profit. */
    readonly limitPrice?: number;
    /** Leave a child out. */
    readonly noStop?: boolean;
    readonly noLimit?: boolean;
  };

/** The orders of a bracket; null where one was left out, all null where the size is 0. */
export interface Bracket {
  readonly main: OrderId | null;
  readonly stop: OrderId | null;
  readonly limit: OrderId | null;
}
