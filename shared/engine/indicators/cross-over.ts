import type { Line } from "../feeds/line.ts";
import { BlockIndicator } from "./block-indicator.ts";
import { Greater, Less } from "./line-logic.ts";

/**
 * 1 on the bar where `first` rises above `second`, −1 where it falls below, else 0. The present difference is compared
 * with the last earlier one that was not zero: a touch neither makes nor cancels a cross. Minimum period: 2.
 */
export class CrossOver extends BlockIndicator {
  readonly first: Line;
  readonly second: Line;
  private difference = 0;

  constructor(first: Line, second: Line) {
    super([first, second], 2);
    this.first = first;
    this.second = second;
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

/** 1 on the bar where `first` rises above `second`, else 0. Minimum period: 2. */
export class CrossUp extends Greater {
  constructor(first: Line, second: Line) {
    super(new CrossOver(first, second), 0);
  }
}

/** 1 on the bar where `first` falls below `second`, else 0. Minimum period: 2. */
export class CrossDown extends Less {
  constructor(first: Line, second: Line) {
    super(new CrossOver(first, second), 0);
  }
}
