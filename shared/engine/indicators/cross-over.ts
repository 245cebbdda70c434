import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/**
 * 1 on the bar where `first` rises above `second`, −1 where it falls below, else 0. The present difference is compared
 * with the last earlier one that was not zero: a touch neither makes nor cancels a cross.
 */
export class CrossOver extends Indicator {
  readonly first: Line;
  readonly second: Line;
  private difference = 0;

  constructor(first: Line, second: Line) {
    super([first, second], 2);
    this.first = first;
    this.second = second;
  }

  override step(): number {
    const slot = this.series.cursor;
    this.advance(slot, slot + 1);
    return this.now;
  }

  protected override advance(from: number, to: number): void {
    const { memory } = this.series;
    const first = this.first.row.base;
    const second = this.second.row.base;
    const output = this.row.base;
    let earlier = this.difference;
    for (let slot = from; slot < to; slot++) {
      const difference = memory[first + slot]! - memory[second + slot]!;
      let cross = 0;
      if (difference > 0) {
        if (earlier < 0) cross = 1;
        earlier = difference;
      } else if (difference < 0) {
        if (earlier > 0) cross = -1;
        earlier = difference;
      }
      memory[output + slot] = cross;
    }
    this.difference = earlier;
  }
}
