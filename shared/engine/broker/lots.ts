/** The step that sizes are counted in where an exchange names none, base units. */
const FINEST_STEP = 1e-8;
/** Most lots of a position: their sums, averages and doubles are still whole numbers that a float64 tells apart. */
export const MOST_LOTS = 2 ** 51;
/** How near to a whole number a count is taken for it: a fixed part of a step, and what rounding does to large counts. */
const NEAR = 1e-9;
const ROUNDING = 1e-12;

/**
 * Sizes as whole numbers of an instrument's amountStep, so that 0.1 + 0.2 − 0.3 is flat. Sizes in base units are exact
 * to the last bit where the step is one over a whole number, such as 0.001.
 */
export class Lots {
  private readonly step: number;
  /** 1 / step where that is whole, else 0. */
  private readonly perUnit: number;

  /** @param amountStep in base units; 0 where the exchange sets none */
  constructor(amountStep: number) {
    this.step = amountStep > 0 ? amountStep : FINEST_STEP;
    const perUnit = Math.round(1 / this.step);
    this.perUnit = perUnit > 0 && Math.abs(perUnit * this.step - 1) < NEAR ? perUnit : 0;
  }

  /** Base units of `lots`. */
  units(lots: number): number {
    return this.perUnit > 0 ? lots / this.perUnit : lots * this.step;
  }

  /** Whether so many are counted exactly, and sums of a few of them too. */
  exact(lots: number): boolean {
    return Math.abs(lots) <= MOST_LOTS;
  }

  /** Whole lots in `units`, rounded toward zero. */
  count(units: number): number {
    const exact = this.perUnit > 0 ? units * this.perUnit : units / this.step;
    const nearest = Math.round(exact);
    if (Math.abs(exact - nearest) <= NEAR + ROUNDING * Math.abs(nearest)) return nearest + 0;
    return Math.trunc(exact) + 0;
  }
}
