import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";
import { Multiply } from "./line-arithmetic.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { SMA } from "./sma.ts";

/**
 * Standard deviation of the last `period` values (of the population): √|mean(x²) − mean(x)²|, both means by `movav`
 * (SMA). Line `mean` is the mean. Minimum period: period.
 */
export class StandardDeviation extends Indicator {
  readonly mean: Line;
  private readonly meanOfSquares: Line;

  constructor(source: Line, { period = 20, movav = SMA }: SmoothedOptions = {}) {
    const mean = new movav(source, { period });
    const meanOfSquares = new movav(new Multiply(source, source), { period });
    super([mean, meanOfSquares], 1);
    this.mean = mean;
    this.meanOfSquares = meanOfSquares;
  }

  override step(): number {
    const mean = this.mean.now;
    return Math.sqrt(Math.abs(this.meanOfSquares.now - mean * mean));
  }
}
