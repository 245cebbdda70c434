/** How near to a whole number of steps a price is taken for it. */
const NEAR = 1e-9;

/**
 * Rounds the prices of orders to an instrument's priceStep, never in the order's disfavour: a limit is not made worse
 * than asked for, and a stop does not trigger before the price asked for is reached.
 */
export class PriceStep {
  private readonly step: number;
  /** 1 / step where that is whole, else 0: dividing by it gives prices that print as they were meant. */
  private readonly perUnit: number;

  /** @param step quote currency; 0 where the exchange sets none: prices stay as they are */
  constructor(step: number) {
    this.step = step;
    const perUnit = Math.round(1 / step);
    this.perUnit = step > 0 && perUnit > 0 && Math.abs(perUnit * step - 1) < NEAR ? perUnit : 0;
  }

  /** A limit price: down to buy, up to sell. */
  limit(price: number, buys: boolean): number {
    return this.round(price, !buys);
  }

  /** A stop price: up to buy, down to sell. */
  stop(price: number, buys: boolean): number {
    return this.round(price, buys);
  }

  private round(price: number, up: boolean): number {
    if (!(this.step > 0)) return price;
    const exact = this.perUnit > 0 ? price * this.perUnit : price / this.step;
    const nearest = Math.round(exact);
    const near = Math.abs(exact - nearest) <= NEAR * Math.max(1, Math.abs(nearest) * 1e-3);
    const count = near ? nearest : up ? Math.ceil(exact) : Math.floor(exact);
    return this.perUnit > 0 ? count / this.perUnit : count * this.step;
  }
}
