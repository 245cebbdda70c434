import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/**
 * The sum of all values so far, on top of `seed`, compensated (two-sum, Knuth). A value that is not finite is left out:
 * NaN on its bar. Minimum period: 1.
 */
export class Accum extends Indicator {
  readonly source: Line;
  private sum: number;
  private carry = 0;

  constructor(source: Line, { seed = 0 }: { readonly seed?: number } = {}) {
    super([source], 1);
    this.source = source;
    this.sum = seed;
  }

  override step(): number {
    const x = this.source.now;
    if (!Number.isFinite(x)) return Number.NaN;
    const next = this.sum + x;
    const added = next - this.sum;
    this.carry += this.sum - (next - added) + (x - added);
    this.sum = next;
    return this.sum + this.carry;
  }
}
