import type { Line } from "../feeds/line.ts";
import { Composite } from "./composite.ts";
import { Distance } from "./line-arithmetic.ts";
import type { SmoothedOptions } from "./moving-average.ts";
import { SMA } from "./sma.ts";

/**
 * Mean deviation: the moving average of each bar's distance from its own moving average, not from the present one. Line
 * `mean` is that moving average. Minimum period: 2·period − 1 with SMA.
 */
export class MeanDeviation extends Composite {
  readonly mean: Line;

  constructor(source: Line, { period = 20, movav = SMA }: SmoothedOptions = {}) {
    const mean = new movav(source, { period });
    super(new movav(new Distance(source, mean), { period }));
    this.mean = mean;
  }
}
