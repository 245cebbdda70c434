import type { Line } from "../feeds/line.ts";
import { BlockIndicator } from "./block-indicator.ts";

/**
 * An indicator made of other indicators: it repeats `result`, the last of them. Make them before `super(…)`; further
 * lines that read this one are made after it, in fields, and each has its own minimum period.
 */
export abstract class Composite extends BlockIndicator {
  private readonly result: Line;

  constructor(result: Line) {
    super([result], 1);
    this.result = result;
  }

  protected override advance(from: number, to: number): void {
    const input = this.result.row.base;
    this.series.memory.copyWithin(this.row.base + from, input + from, input + to);
  }
}
