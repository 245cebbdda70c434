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
      this.combineLines(memory, first.row.base + from, second.row.base + from, output + from, to - from);
    }
  }

  protected abstract combine(first: number, second: number): number;

  /**
   * Combines `count` values of two lines, from the given places of the memory on. The operations that most indicators
   * are made of have a loop of their own: in one for all, each value costs a call that is looked up.
   */
  protected combineLines(memory: Float64Array, first: number, second: number, output: number, count: number): void {
    for (let i = 0; i < count; i++) memory[output + i] = this.combine(memory[first + i]!, memory[second + i]!);
  }
}

/** first + second. */
export class Add extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first + second;
  }

  protected override combineLines(memory: Float64Array, first: number, second: number, output: number, count: number) {
    for (let i = 0; i < count; i++) memory[output + i] = memory[first + i]! + memory[second + i]!;
  }
}

/** first − second. */
export class Subtract extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first - second;
  }

  protected override combineLines(memory: Float64Array, first: number, second: number, output: number, count: number) {
    for (let i = 0; i < count; i++) memory[output + i] = memory[first + i]! - memory[second + i]!;
  }
}

/** first · second. */
export class Multiply extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first * second;
  }

  protected override combineLines(memory: Float64Array, first: number, second: number, output: number, count: number) {
    for (let i = 0; i < count; i++) memory[output + i] = memory[first + i]! * memory[second + i]!;
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
