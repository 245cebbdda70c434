import { Line } from "../feeds/line.ts";
import { BlockIndicator } from "./block-indicator.ts";

/** A value made from two lines of one feed, or a line and a number, on each bar alone. No window. */
export abstract class BinaryOperation extends BlockIndicator {
  readonly first: Line | number;
  readonly second: Line | number;

  /** Throws InputError where neither is a line, or the lines are of two feeds. */
  constructor(first: Line | number, second: Line | number) {
    super(
      [first, second].filter((operand) => operand instanceof Line),
      1,
    );
    this.first = first;
    this.second = second;
  }

  protected override advance(from: number, to: number): void {
    const { memory } = this.series;
    const { first, second } = this;
    const output = this.row.base;
    if (typeof first === "number") {
      const base = (second as Line).row.base;
      for (let slot = from; slot < to; slot++) memory[output + slot] = this.combine(first, memory[base + slot]!);
    } else if (typeof second === "number") {
      const base = first.row.base;
      for (let slot = from; slot < to; slot++) memory[output + slot] = this.combine(memory[base + slot]!, second);
    } else {
      const firstBase = first.row.base;
      const secondBase = second.row.base;
      for (let slot = from; slot < to; slot++) {
        memory[output + slot] = this.combine(memory[firstBase + slot]!, memory[secondBase + slot]!);
      }
    }
  }

  protected abstract combine(first: number, second: number): number;
}

/** first + second. */
export class Add extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first + second;
  }
}

/** first − second. */
export class Subtract extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first - second;
  }
}

/** first · second. */
export class Multiply extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first * second;
  }
}

/** first / second; NaN where second is 0. */
export class Divide extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return second === 0 ? Number.NaN : first / second;
  }
}

/** first / second; `zero` where second is 0 (backtrader's DivByZero). */
export class DivByZero extends BinaryOperation {
  readonly zero: number;

  constructor(first: Line | number, second: Line | number, { zero = 0 }: { readonly zero?: number } = {}) {
    super(first, second);
    this.zero = zero;
  }

  protected override combine(first: number, second: number): number {
    return second === 0 ? this.zero : first / second;
  }
}

/** −source. */
export class Negate extends Multiply {
  constructor(source: Line) {
    super(source, -1);
  }
}

/** The greater of the two; NaN if either is. */
export class Max extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return Math.max(first, second);
  }
}

/** The lesser of the two; NaN if either is. */
export class Min extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return Math.min(first, second);
  }
}

/** The distance of the two: |first − second|. */
export class Distance extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return Math.abs(first - second);
  }
}

/** The value without its sign. */
export class Absolute extends Distance {
  constructor(source: Line) {
    super(source, 0);
  }
}
