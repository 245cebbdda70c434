import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/** first − second, or where that is 0 (or NaN) the last one that was not; 0 before any. Minimum period: 1. */
export class NonZeroDifference extends Indicator {
  readonly first: Line;
  readonly second: Line;
  private difference = 0;

  constructor(first: Line, second: Line) {
    super([first, second], 1);
    this.first = first;
    this.second = second;
  }

  override step(): number {
    const difference = this.first.now - this.second.now;
    if (difference !== 0 && !Number.isNaN(difference)) this.difference = difference;
    return this.difference;
  }
}
