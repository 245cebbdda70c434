import { InputError } from "#shared/market/input-error.ts";
import { nominalLength, type Timeframe } from "#shared/market/timeframe.ts";

/** Lengths of the periods that analyzers count in, under backtrader's names; UTC, weeks start on Monday. */
export const PERIODS = ["Seconds", "Minutes", "Days", "Weeks", "Months", "Years"] as const;
export type PeriodName = (typeof PERIODS)[number];

/** What analyzers of periods are told; absent values are those of the first feed. */
export interface PeriodOptions {
  readonly timeframe?: PeriodName;
  /** How many seconds or minutes make a period, counted from midnight; longer periods ignore it. */
  readonly compression?: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 1_440 * MINUTE;
const WEEK = 7 * DAY;
/** Monday, 1970-01-05. */
const WEEK_ANCHOR = 4 * DAY;

/** A calendar of periods. */
export class Period {
  readonly name: PeriodName;
  readonly compression: number;

  /** @param timeframe of the first feed. Throws InputError for an unknown period, or a compression that cannot be. */
  constructor(options: PeriodOptions, timeframe: Timeframe) {
    const feed = periodOf(timeframe);
    this.name = options.timeframe ?? feed.name;
    this.compression = options.compression ?? feed.compression;
    if (!PERIODS.includes(this.name)) {
      throw new InputError("usage", `timeframe of an analyzer is '${this.name}': use one of ${PERIODS.join(" ")}`);
    }
    if (!Number.isSafeInteger(this.compression) || this.compression < 1) {
      throw new InputError("usage", `compression is ${this.compression}: give a whole number from 1 on`);
    }
  }

  /** Number of the period that holds `time` (ms UTC): greater for later periods. */
  key(time: number): number {
    switch (this.name) {
      case "Seconds":
        return this.withinDay(time, SECOND);
      case "Minutes":
        return this.withinDay(time, MINUTE);
      case "Days":
        return Math.floor(time / DAY);
      case "Weeks":
        return Math.floor((time - WEEK_ANCHOR) / WEEK);
      case "Months": {
        const date = new Date(time);
        return date.getUTCFullYear() * 12 + date.getUTCMonth();
      }
      case "Years":
        return new Date(time).getUTCFullYear();
    }
  }

  private withinDay(time: number, unit: number): number {
    const day = Math.floor(time / DAY);
    return day * (DAY / SECOND) + Math.floor((time - day * DAY) / (unit * this.compression));
  }
}

/** A feed's timeframe in backtrader's words. */
export function periodOf(timeframe: Timeframe): { readonly name: PeriodName; readonly compression: number } {
  if (timeframe === "1M") return { name: "Months", compression: 1 };
  if (timeframe === "1w") return { name: "Weeks", compression: 1 };
  const length = nominalLength(timeframe);
  if (length >= DAY) return { name: "Days", compression: 1 };
  if (length >= MINUTE) return { name: "Minutes", compression: length / MINUTE };
  return { name: "Seconds", compression: length / SECOND };
}

/** How many periods a year has: 252 days, 52 weeks, 12 months, 1 year; null for shorter ones. */
export function periodsPerYear(name: PeriodName): number | null {
  switch (name) {
    case "Days":
      return 252;
    case "Weeks":
      return 52;
    case "Months":
      return 12;
    case "Years":
      return 1;
    default:
      return null;
  }
}
