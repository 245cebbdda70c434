import { InputError } from "./input-error.ts";

/** Candle lengths, on the UTC calendar, shortest first. Weeks start on Monday. */
export const TIMEFRAMES = [
  "1s",
  "1m",
  "3m",
  "5m",
  "15m",
  "30m",
  "1h",
  "2h",
  "4h",
  "6h",
  "8h",
  "12h",
  "1d",
  "1w",
  "1M",
] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** Monday, 1970-01-05. */
const WEEK_ANCHOR = 4 * DAY;

const FIXED: Readonly<Record<Exclude<Timeframe, "1w" | "1M">, number>> = {
  "1s": SECOND,
  "1m": MINUTE,
  "3m": 3 * MINUTE,
  "5m": 5 * MINUTE,
  "15m": 15 * MINUTE,
  "30m": 30 * MINUTE,
  "1h": HOUR,
  "2h": 2 * HOUR,
  "4h": 4 * HOUR,
  "6h": 6 * HOUR,
  "8h": 8 * HOUR,
  "12h": 12 * HOUR,
  "1d": DAY,
};

/**
 * The timeframe whose candles a longer one is merged from: always the longest that tiles it. Months come from days,
 * as weeks do not tile them.
 */
const CHILD: Readonly<Record<Exclude<Timeframe, "1s">, Timeframe>> = {
  "1m": "1s",
  "3m": "1m",
  "5m": "1m",
  "15m": "5m",
  "30m": "15m",
  "1h": "30m",
  "2h": "1h",
  "4h": "2h",
  "6h": "2h",
  "8h": "4h",
  "12h": "6h",
  "1d": "12h",
  "1w": "1d",
  "1M": "1d",
};

/** The timeframe that candles of `timeframe` are merged from, or null for `1s`, which is folded from trades. */
export function childOf(timeframe: Timeframe): Timeframe | null {
  return timeframe === "1s" ? null : CHILD[timeframe];
}

/** Throws InputError for a name that is not one of `TIMEFRAMES`. */
export function parseTimeframe(text: string): Timeframe {
  const found = TIMEFRAMES.find((timeframe) => timeframe === text);
  if (found === undefined) {
    throw new InputError("usage", `unknown timeframe '${text}': use one of ${TIMEFRAMES.join(" ")}`);
  }
  return found;
}

/** Open time (ms UTC, inclusive) of the window of `timeframe` that contains `ts`. */
export function windowOpen(timeframe: Timeframe, ts: number): number {
  if (timeframe === "1M") {
    const date = new Date(ts);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  }
  if (timeframe === "1w") return Math.floor((ts - WEEK_ANCHOR) / WEEK) * WEEK + WEEK_ANCHOR;
  const length = FIXED[timeframe];
  return Math.floor(ts / length) * length;
}

/** Close time (ms UTC, exclusive) of the window that opens at `openTime`, which must be a window's open time. */
export function windowClose(timeframe: Timeframe, openTime: number): number {
  if (timeframe === "1M") {
    const date = new Date(openTime);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  }
  return openTime + (timeframe === "1w" ? WEEK : FIXED[timeframe]);
}

/** Length of a window in ms; of the average Gregorian month for `1M`. For display and planning, not for window bounds. */
export function nominalLength(timeframe: Timeframe): number {
  if (timeframe === "1M") return 30.436875 * DAY;
  return timeframe === "1w" ? WEEK : FIXED[timeframe];
}
