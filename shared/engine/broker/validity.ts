import { type Duration, durationMs } from "../duration.ts";

const DAY = 86_400_000;
/** What is earlier was meant as something else: 1973 in ms, while all data is from 2009 on. */
const EARLIEST = 1e11;

/** How long an order lives; without either, until it is cancelled. */
export interface OrderValidity {
  /** ms UTC, inclusive: it lives while the cycle's clock is not later. `"DAY"`: to the end of the UTC day. */
  readonly valid?: number | "DAY";
  /** How long from the cycle's clock on, inclusive. */
  readonly validFor?: Duration;
}

/** The last ms of the UTC day that holds `time`. */
export function endOfDay(time: number): number {
  return Math.floor(time / DAY) * DAY + DAY - 1;
}

/** Number of the UTC day that holds `time`, counted from 1970-01-01. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

/**
 * The last ms at which an order lives; Infinity for one that never expires. `from`: the first moment after the order
 * was made. One made with the last bar of a day is thus good for the day after. Throws RangeError for anything that is
 * no time.
 */
export function validUntil({ valid, validFor }: OrderValidity, from: number): number {
  if (validFor !== undefined) {
    if (valid !== undefined) throw new RangeError("an order has both valid and validFor: give one of them");
    return from - 1 + durationMs(validFor, "validFor of an order");
  }
  if (valid === undefined) return Number.POSITIVE_INFINITY;
  if (valid === "DAY") return endOfDay(from);
  if (!(valid > EARLIEST)) {
    throw new RangeError(`an order is valid until ${valid}: give a time in ms UTC, "DAY", or a duration as validFor`);
  }
  return valid;
}
