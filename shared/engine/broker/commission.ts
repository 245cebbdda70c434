/** What a broker takes for an execution. */
export interface Commission {
  /** Quote currency, ≥ 0. @param units base units, of either sign @param price quote currency */
  cost(units: number, price: number): number;
}

/** A fraction of the traded value. */
export class PercentCommission implements Commission {
  private readonly rate: number;

  /** @param rate fraction: 0.001 is 0.1 % */
  constructor(rate: number) {
    this.rate = rate;
  }

  cost(units: number, price: number): number {
    return Math.abs(units) * price * this.rate;
  }
}
