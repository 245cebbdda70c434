import type { Line } from "../feeds/line.ts";
import { EMA } from "./ema.ts";
import { ROC100 } from "./rate-of-change.ts";

/** Percent change over one bar of the EMA of the EMA of the EMA (Hutson). Minimum period: 3·period − 1. */
export class Trix extends ROC100 {
  constructor(source: Line, { period = 15 }: { readonly period?: number } = {}) {
    const triple = new EMA(new EMA(new EMA(source, { period }), { period }), { period });
    super(triple, { period: 1 });
  }
}

/**
 * TRIX with its signal, the EMA over `sigperiod`. Lines: trix (itself), signal. Minimum period: 3·period + sigperiod − 2
 * for the signal.
 */
export class TrixSignal extends Trix {
  readonly signal: Line;

  constructor(
    source: Line,
    { period = 15, sigperiod = 9 }: { readonly period?: number; readonly sigperiod?: number } = {},
  ) {
    super(source, { period });
    this.signal = new EMA(this, { period: sigperiod });
  }

  get trix(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { trix: this, signal: this.signal };
  }
}
