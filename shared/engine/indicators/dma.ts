import type { Line } from "../feeds/line.ts";
import { HMA } from "./hma.ts";
import { Indicator } from "./indicator.ts";
import { type ZeroLagOptions, ZLInd } from "./zl-ind.ts";

/** Settings of Dickson's moving average. */
export interface DicksonOptions extends ZeroLagOptions {
  /** Period of the Hull moving average. */
  readonly hperiod?: number;
}

/**
 * Dickson moving average (Nathan Dickson): the mean of the zero-lag indicator and the Hull moving average. Minimum
 * period: the greater of the two.
 */
export class DMA extends Indicator {
  readonly zeroLag: Line;
  readonly hull: Line;

  constructor(source: Line, { period = 30, gainlimit = 50, hperiod = 7 }: DicksonOptions = {}) {
    const zeroLag = new ZLInd(source, { period, gainlimit });
    const hull = new HMA(source, { period: hperiod });
    super([zeroLag, hull], 1);
    this.zeroLag = zeroLag;
    this.hull = hull;
  }

  override step(): number {
    return (this.zeroLag.now + this.hull.now) / 2;
  }
}
