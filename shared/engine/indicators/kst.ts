import { InputError } from "#shared/market/input-error.ts";
import type { Line } from "../feeds/line.ts";
import { Composite } from "./composite.ts";
import { Add, Multiply } from "./line-arithmetic.ts";
import type { MovingAverage } from "./moving-average.ts";
import { ROC100 } from "./rate-of-change.ts";
import { SMA } from "./sma.ts";

/** Settings of the know sure thing. */
export interface KnowSureThingOptions {
  /** Periods of the four rates of change. */
  readonly rp1?: number;
  readonly rp2?: number;
  readonly rp3?: number;
  readonly rp4?: number;
  /** Periods of the averages of each. */
  readonly rma1?: number;
  readonly rma2?: number;
  readonly rma3?: number;
  readonly rma4?: number;
  readonly rsignal?: number;
  /** Weights of each. */
  readonly rfactors?: readonly number[];
  readonly movav?: MovingAverage;
}

/**
 * Know sure thing (Pring 1992): the weighted sum of the smoothed (SMA) rates of change, in percent, over four periods,
 * and its signal, the average over `rsignal`. Lines: kst (itself), signal. Minimum period of kst: the greatest of
 * rp + rma; of signal: that + rsignal − 1. Throws InputError unless there are four factors.
 */
export class KST extends Composite {
  readonly signal: Line;

  constructor(source: Line, options: KnowSureThingOptions = {}) {
    const { rp1 = 10, rp2 = 15, rp3 = 20, rp4 = 30, rma1 = 10, rma2 = 10, rma3 = 10, rma4 = 10 } = options;
    const { rsignal = 9, rfactors = [1, 2, 3, 4], movav = SMA } = options;
    if (rfactors.length !== 4) {
      throw new InputError("usage", `KST has ${rfactors.length} factors: give 4, one for each rate of change`);
    }
    const part = (period: number, smoothing: number, i: number): Line =>
      new Multiply(new movav(new ROC100(source, { period }), { period: smoothing }), rfactors[i]!);
    const first = new Add(part(rp1, rma1, 0), part(rp2, rma2, 1));
    super(new Add(new Add(first, part(rp3, rma3, 2)), part(rp4, rma4, 3)));
    this.signal = new movav(this, { period: rsignal });
  }

  get kst(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { kst: this, signal: this.signal };
  }
}
