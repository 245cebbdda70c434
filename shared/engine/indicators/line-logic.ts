import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";
import { BinaryOperation } from "./line-arithmetic.ts";

/** 1 where first < second, else 0, also beside NaN. */
export class Less extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first < second ? 1 : 0;
  }
}

/** 1 where first ≤ second, else 0, also beside NaN. */
export class LessOrEqual extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first <= second ? 1 : 0;
  }
}

/** 1 where first > second, else 0, also beside NaN. */
export class Greater extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first > second ? 1 : 0;
  }
}

/** 1 where first ≥ second, else 0, also beside NaN. */
export class GreaterOrEqual extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first >= second ? 1 : 0;
  }
}

/** 1 where the two are equal, else 0, also beside NaN. */
export class Equal extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first === second ? 1 : 0;
  }
}

/** 1 where the two differ, also beside NaN, else 0. */
export class NotEqual extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return first === second ? 0 : 1;
  }
}

/** 1 where both are true, else 0. Neither 0 nor NaN is true. */
export class And extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return isTrue(first) && isTrue(second) ? 1 : 0;
  }
}

/** 1 where one is true or both are, else 0. Neither 0 nor NaN is true. */
export class Or extends BinaryOperation {
  protected override combine(first: number, second: number): number {
    return isTrue(first) || isTrue(second) ? 1 : 0;
  }
}

/** 1 where the value is 0 or NaN, else 0. */
export class Not extends Indicator {
  readonly source: Line;

  constructor(source: Line) {
    super([source], 1);
    this.source = source;
  }

  override step(): number {
    return isTrue(this.source.now) ? 0 : 1;
  }
}

/** `yes` where `condition` is true, else `no`; each a line of the condition's feed or a number. */
export class If extends Indicator {
  readonly condition: Line;
  readonly yes: Line | number;
  readonly no: Line | number;

  constructor(condition: Line, yes: Line | number, no: Line | number) {
    super(
      [condition, yes, no].filter((operand) => typeof operand !== "number"),
      1,
    );
    this.condition = condition;
    this.yes = yes;
    this.no = no;
  }

  override step(): number {
    const chosen = isTrue(this.condition.now) ? this.yes : this.no;
    return typeof chosen === "number" ? chosen : chosen.now;
  }
}

function isTrue(value: number): boolean {
  return value !== 0 && !Number.isNaN(value);
}
