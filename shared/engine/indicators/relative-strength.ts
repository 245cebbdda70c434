import type { Line } from "../feeds/line.ts";
import { EMA } from "./ema.ts";
import { BinaryOperation } from "./line-arithmetic.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { relativeStrengthIndex } from "./rsi.ts";
import { SMA } from "./sma.ts";
import { SMMA } from "./smma.ts";
import { DownDay, UpDay } from "./up-day.ts";

/** Settings of a relative strength index. */
export interface RelativeStrengthOptions extends SmoothedOptions {
  /** Bars back to the value that gains and losses are measured from. */
  readonly lookback?: number;
}

/**
 * Relative strength index with any moving average and look-back, 0 to 100: 100 − 100 / (1 + U / D), where U and D are
 * the averages of the gains and losses over `lookback` bars. Without losses it is 100, without any change 50. Minimum
 * period: period + lookback. With SMMA and a look-back of 1 it is RSI, which is faster.
 */
export class RelativeStrength extends BinaryOperation {
  constructor(source: Line, { period = 14, lookback = 1, movav = SMMA }: RelativeStrengthOptions = {}) {
    super(
      new movav(new UpDay(source, { period: lookback }), { period }),
      new movav(new DownDay(source, { period: lookback }), { period }),
    );
  }

  protected override combine(gain: number, loss: number): number {
    return relativeStrengthIndex(gain, loss);
  }
}

/** Relative strength index with simple moving averages (Cutler). Minimum period: period + 1. */
export class RSI_SMA extends RelativeStrength {
  constructor(source: Line, { period = 14 }: { readonly period?: number } = {}) {
    super(source, { period, movav: SMA });
  }
}

/** Relative strength index with exponential moving averages. Minimum period: period + 1. */
export class RSI_EMA extends RelativeStrength {
  constructor(source: Line, { period = 14 }: { readonly period?: number } = {}) {
    super(source, { period, movav: EMA });
  }
}

/** Relative momentum index (Altman 1993): RSI of the changes over `lookback` bars. Minimum period: period + lookback. */
export class RelativeMomentumIndex extends RelativeStrength {
  constructor(source: Line, { period = 20, lookback = 5, movav = SMMA }: RelativeStrengthOptions = {}) {
    super(source, { period, lookback, movav });
  }
}
