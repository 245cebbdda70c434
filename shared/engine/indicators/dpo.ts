import type { Line } from "../feeds/line.ts";
import { Delay } from "./delay.ts";
import { Subtract } from "./line-arithmetic.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { SMA } from "./sma.ts";

/**
 * Detrended price oscillator: x minus the moving average (SMA) of ⌈period / 2⌉ − 1 bars ago. Minimum period: period +
 * ⌈period / 2⌉ − 1.
 */
export class DPO extends Subtract {
  constructor(source: Line, { period = 20, movav = SMA }: SmoothedOptions = {}) {
    super(source, new Delay(new movav(source, { period }), { period: Math.ceil(period / 2) - 1 }));
  }
}
