import { RandomSource } from "./random-source.ts";

/** Variance falls back to its mean with a time constant of three hours. */
const REVERSION = 1 / 10_800;
/** Gives the variance a stationary standard deviation of 0.8 around its mean of 1. */
const VARIANCE_OF_VARIANCE = 0.0108866;
const LEAST_VARIANCE = 0.02;
/** About four a day. */
const JUMP_CHANCE = 5e-5;
const JUMP_FACTOR = 9;

/**
 * What moves all instruments of a market alike, second by second: a common shock and a variance that wanders around
 * 1 (Cox, Ingersoll and Ross 1985, discretised). Every instrument folds its own copy, made from the same seed.
 */
export class MarketFactor {
  /** Of this second, in standard deviations. */
  shock = 0;
  /** Of this second, relative to its long-run mean. */
  variance = 1;
  private readonly random: RandomSource;

  constructor(seed: number) {
    this.random = new RandomSource(seed, "market");
  }

  nextSecond(): void {
    const noise = VARIANCE_OF_VARIANCE * Math.sqrt(this.variance) * this.random.normal();
    this.variance = Math.max(LEAST_VARIANCE, this.variance + REVERSION * (1 - this.variance) + noise);
    const jump = this.random.uniform() < JUMP_CHANCE ? JUMP_FACTOR : 1;
    this.shock = this.random.normal() * jump;
  }
}
