import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/**
 * 2·first − second: what `first` becomes when its distance from `second` is added once more. Takes the lag out of
 * averages.
 */
export class Extrapolation extends Indicator {
  readonly first: Line;
  readonly second: Line;

  constructor(first: Line, second: Line) {
    super([first, second], 1);
    this.first = first;
    this.second = second;
  }

  override step(): number {
    return 2 * this.first.now - this.second.now;
  }
}
