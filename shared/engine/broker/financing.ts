import type { CommissionSettings } from "./commission.ts";

/**
 * How positions of a feed are paid for. `units` are base units or contracts, negative for a short; money is in quote
 * currency.
 */
export interface Financing {
  /** Profit of a unit for each unit of the price. */
  readonly mult: number;
  /** Whether a position is worth its size × the close, a short too. */
  readonly plain: boolean;
  /** Whether profits are booked to the cash each cycle instead of at the close. */
  readonly marked: boolean;
  /** Yearly fraction of the entry value that shorts, and longs if `interestLong`, pay for each day. */
  readonly interest: number;
  readonly interestLong: boolean;
  /** What `units` entered at `price` count for in an order's executed value. */
  entryValue(units: number, price: number): number;
  /** Cash that holding `units` entered at `price` takes: a short that is paid out takes a negative amount. */
  locked(units: number, price: number): number;
  /** Part of the portfolio's value that a position is, besides the cash. */
  worth(units: number, entry: number, close: number): number;
}

/** Positions that are bought for cash, or on credit with leverage. */
class CashFinancing implements Financing {
  readonly mult = 1;
  readonly plain: boolean;
  readonly marked = false;
  readonly interest: number;
  readonly interestLong: boolean;
  private readonly leverage: number;
  /** Whether a short's proceeds are paid out; else its entry value is locked like a long's. */
  private readonly shortCash: boolean;

  constructor(leverage: number, shortCash: boolean, interest: number, interestLong: boolean) {
    this.plain = leverage === 1 && shortCash;
    this.leverage = leverage;
    this.shortCash = shortCash;
    this.interest = interest;
    this.interestLong = interestLong;
  }

  entryValue(units: number, price: number): number {
    return this.shortCash || units > 0 ? units * price : -units * price;
  }

  locked(units: number, price: number): number {
    const value = this.entryValue(units, price);
    return value > 0 ? value / this.leverage : value;
  }

  worth(units: number, entry: number, close: number): number {
    if (this.plain || (units < 0 && this.shortCash)) return units * close;
    return this.locked(units, entry) + units * (close - entry);
  }
}

/** Contracts that take a fixed margin each; their profit is in the cash already. */
class MarginFinancing implements Financing {
  readonly mult: number;
  readonly plain = false;
  readonly marked = true;
  readonly interest = 0;
  readonly interestLong = false;
  private readonly margin: number;

  constructor(margin: number, mult: number) {
    this.margin = margin;
    this.mult = mult;
  }

  entryValue(units: number): number {
    return Math.abs(units) * this.margin;
  }

  locked(units: number): number {
    return Math.abs(units) * this.margin;
  }

  worth(units: number): number {
    return Math.abs(units) * this.margin;
  }
}

/** @param shortCash whether a short's proceeds are paid out; futures never pay any */
export function financingOf(settings: CommissionSettings, shortCash: boolean): Financing {
  if (settings.type === "futures" || settings.type === "futuresPercent") {
    return new MarginFinancing(settings.margin, settings.mult);
  }
  const { leverage = 1, interest = 0, interestLong = false } = settings;
  return new CashFinancing(leverage, shortCash, interest, interestLong);
}
