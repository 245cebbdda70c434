import type { Line } from "../feeds/line.ts";
import { EMA } from "./ema.ts";
import { BinaryOperation, Subtract } from "./line-arithmetic.ts";

/** Settings of the price oscillators. */
export interface PriceOscillatorOptions {
  /** Period of the short average. */
  readonly period1?: number;
  /** Period of the long average. */
  readonly period2?: number;
}

/** Absolute price oscillator: EMA(period1) − EMA(period2). Minimum period: the greater of the two. */
export class PriceOscillator extends Subtract {
  constructor(source: Line, { period1 = 12, period2 = 26 }: PriceOscillatorOptions = {}) {
    super(new EMA(source, { period: period1 }), new EMA(source, { period: period2 }));
  }
}

/** Settings of the percentage price oscillators. */
export interface PercentageOscillatorOptions extends PriceOscillatorOptions {
  /** Period of the signal. */
  readonly periodSignal?: number;
}

/**
 * Percentage price oscillator: 100 · (EMA(period1) − EMA(period2)) / EMA(period2), NaN where that is 0; its signal, the
 * EMA over periodSignal; and the histogram, ppo − signal. Lines: ppo (itself), signal, histo. Minimum period of ppo: the
 * greater of the two; of the others: that + periodSignal − 1.
 */
export class PPO extends BinaryOperation {
  readonly signal: Line;
  readonly histo: Line;

  constructor(source: Line, { period1 = 12, period2 = 26, periodSignal = 9 }: PercentageOscillatorOptions = {}) {
    super(new EMA(source, { period: period1 }), new EMA(source, { period: period2 }));
    this.signal = new EMA(this, { period: periodSignal });
    this.histo = new Subtract(this, this.signal);
  }

  protected override combine(short: number, long: number): number {
    return long === 0 ? Number.NaN : (100 * (short - long)) / long;
  }

  get ppo(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { ppo: this, signal: this.signal, histo: this.histo };
  }
}

/** As PPO, but in percent of the short average. */
export class PPOShort extends PPO {
  protected override combine(short: number, long: number): number {
    return short === 0 ? Number.NaN : (100 * (short - long)) / short;
  }
}
