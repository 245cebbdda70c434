import type { Line } from "../feeds/line.ts";
import { EMA } from "./ema.ts";
import { Subtract } from "./line-arithmetic.ts";

/** Settings of MACD. */
export interface MacdOptions {
  /** Period of the fast average. */
  readonly periodMe1?: number;
  /** Period of the slow average. */
  readonly periodMe2?: number;
  /** Period of the signal. */
  readonly periodSignal?: number;
}

/**
 * Moving average convergence / divergence (Appel 1979): EMA(periodMe1) − EMA(periodMe2), and its signal, the EMA over
 * periodSignal. Lines: macd (itself), signal. Minimum period of macd: the greater of the two; of signal: that +
 * periodSignal − 1.
 */
export class MACD extends Subtract {
  readonly signal: Line;

  constructor(source: Line, { periodMe1 = 12, periodMe2 = 26, periodSignal = 9 }: MacdOptions = {}) {
    super(new EMA(source, { period: periodMe1 }), new EMA(source, { period: periodMe2 }));
    this.signal = new EMA(this, { period: periodSignal });
  }

  get macd(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { macd: this, signal: this.signal };
  }
}

/** MACD with its histogram, macd − signal. Lines: macd (itself), signal, histo. Minimum period of histo: as of signal. */
export class MACDHisto extends MACD {
  readonly histo: Line;

  constructor(source: Line, options: MacdOptions = {}) {
    super(source, options);
    this.histo = new Subtract(this, this.signal);
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { ...super.lines, histo: this.histo };
  }
}
