import { checkDecimal, multiplyDecimals, toDecimal } from "../market/decimal.ts";
import { BUY, type TickColumns, UNKNOWN_SIDE } from "../market/tick.ts";
import type { TradeSummary } from "./trade-summary.ts";

/** Up to here a decimal of some places is the only one of its length that reads as its double. */
const MAX_DIGITS = 1e15;
const POWERS = Array.from({ length: 19 }, (_, places) => 10 ** places);
const UNITS = Array.from({ length: 19 }, (_, places) => 10n ** BigInt(18 - places));

/** Decimal places of `value` if it has at most 15 digits, else −1. */
function decimalPlaces(value: number): number {
  for (let places = 0; places <= 15; places++) {
    const power = POWERS[places]!;
    const scaled = Math.round(value * power);
    if (scaled >= MAX_DIGITS) return -1;
    if (scaled / power === value) return places;
  }
  return -1;
}

/**
 * Folds rows of tick columns into one summary at a time: the only place where trades become a candle's content.
 *
 * Sums are exact. While prices and amounts have few decimals, which is all but always, they are counted as integers in
 * doubles and carried into the exact sums before they could pass 2^53; the number of decimals met so far is only a
 * hint for speed and never changes a result.
 */
export class TickFolder {
  #pricePlaces = 0;
  #amountPlaces = 0;
  #volume = 0n;
  #quoteVolume = 0n;
  #buyVolume = 0n;
  /** Counts at `#amountPlaces`, `#pricePlaces + #amountPlaces` and `#amountPlaces` that are not in the sums yet. */
  #volumeCount = 0;
  #quoteCount = 0;
  #buyCount = 0;

  /**
   * Folds rows from `start` on while their time lies in [openTime, closeTime) and they come before `end`. Returns the
   * number of rows taken, which must be at least one, and their summary. Throws RangeError when a sum passes 1e20.
   */
  fold(
    ticks: TickColumns,
    start: number,
    end: number,
    openTime: number,
    closeTime: number,
  ): { readonly taken: number; readonly summary: TradeSummary } {
    const { id, ts, price, firstId, lastId } = ticks;
    let first = start;
    let last = start;
    let high = price[start]!;
    let low = high;
    let least = firstId[start]!;
    let greatest = lastId[start]!;
    let inner = 0;
    let i = start;
    for (; i < end; i++) {
      const t = ts[i]!;
      if (t < openTime || t >= closeTime) break;
      if (t > ts[last]! || (t === ts[last]! && id[i]! >= id[last]!)) last = i;
      else if (t < ts[first]! || (t === ts[first]! && id[i]! < id[first]!)) first = i;
      const p = price[i]!;
      if (p > high) high = p;
      if (p < low) low = p;
      if (firstId[i]! < least) least = firstId[i]!;
      if (lastId[i]! > greatest) greatest = lastId[i]!;
      inner += lastId[i]! - firstId[i]!;
    }
    return {
      taken: i - start,
      summary: {
        openTs: ts[first]!,
        openId: id[first]!,
        open: price[first]!,
        high,
        low,
        closeTs: ts[last]!,
        closeId: id[last]!,
        close: price[last]!,
        ...this.#sum(ticks, start, i),
        trades: i - start + inner,
        firstId: least,
        lastId: greatest,
      },
    };
  }

  #sum(ticks: TickColumns, start: number, end: number): Pick<TradeSummary, "volume" | "quoteVolume" | "buyVolume"> {
    const { price, amount, side } = ticks;
    let pricePower = POWERS[this.#pricePlaces]!;
    let amountPower = POWERS[this.#amountPlaces]!;
    let unknownSides = 0;
    for (let i = start; i < end; i++) {
      const p = price[i]!;
      const a = amount[i]!;
      const s = side[i]!;
      if (s === UNKNOWN_SIDE) unknownSides++;
      const p10 = Math.floor(p * pricePower + 0.5);
      const a10 = Math.floor(a * amountPower + 0.5);
      const q10 = p10 * a10;
      if (
        p10 / pricePower === p &&
        a10 / amountPower === a &&
        p10 < MAX_DIGITS &&
        a10 < MAX_DIGITS &&
        this.#quoteCount + q10 <= Number.MAX_SAFE_INTEGER &&
        this.#volumeCount + a10 <= Number.MAX_SAFE_INTEGER
      ) {
        this.#volumeCount += a10;
        this.#quoteCount += q10;
        if (s === BUY) this.#buyCount += a10;
      } else {
        this.#addCarefully(p, a, s === BUY);
        pricePower = POWERS[this.#pricePlaces]!;
        amountPower = POWERS[this.#amountPlaces]!;
      }
    }
    this.#carry();
    const sums = {
      volume: checkDecimal(this.#volume, "volume"),
      quoteVolume: checkDecimal(this.#quoteVolume, "quote volume"),
      buyVolume: unknownSides > 0 ? null : this.#buyVolume,
    };
    this.#volume = 0n;
    this.#quoteVolume = 0n;
    this.#buyVolume = 0n;
    return sums;
  }

  /** Adds a row that the counts cannot take as they are: they are full, have too few decimals, or it has too many. */
  #addCarefully(price: number, amount: number, bought: boolean): void {
    this.#carry();
    const pricePlaces = Math.max(decimalPlaces(price), this.#pricePlaces);
    const amountPlaces = Math.max(decimalPlaces(amount), this.#amountPlaces);
    const exact = toDecimal(amount);
    this.#volume += exact;
    this.#quoteVolume += multiplyDecimals(toDecimal(price), exact);
    if (bought) this.#buyVolume += exact;
    if (pricePlaces + amountPlaces <= 18) {
      this.#pricePlaces = pricePlaces;
      this.#amountPlaces = amountPlaces;
    }
  }

  #carry(): void {
    const amountUnit = UNITS[this.#amountPlaces]!;
    this.#volume += BigInt(this.#volumeCount) * amountUnit;
    this.#buyVolume += BigInt(this.#buyCount) * amountUnit;
    this.#quoteVolume += BigInt(this.#quoteCount) * UNITS[this.#pricePlaces + this.#amountPlaces]!;
    this.#volumeCount = 0;
    this.#buyCount = 0;
    this.#quoteCount = 0;
  }
}
