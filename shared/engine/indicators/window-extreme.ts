import type { Line } from "../feeds/line.ts";
import { BlockIndicator } from "./block-indicator.ts";

/** What is sought in a window, and told of it. */
export interface ExtremeOptions {
  /** Bars of the window. */
  readonly period: number;
  /** 1 for the greatest value, −1 for the least. */
  readonly sign: 1 | -1;
  /** Which of several equal ones counts: 1 for the last, 0 for the first. */
  readonly latest: 0 | 1;
  /** What is told: 1 for how many bars ago it was, 0 for the value. */
  readonly age: 0 | 1;
}

/**
 * The extreme of a window. Only when it leaves, the window is searched anew: on prices that is rare, and the state stays
 * at a few numbers whatever the period.
 */
export abstract class WindowExtreme extends BlockIndicator {
  readonly source: Line;
  readonly period: number;
  private readonly sign: number;
  private readonly latest: number;
  private readonly tellsAge: number;
  /** Values since the last NaN, counted up to the period. */
  private clean = 0;
  private extreme = 0;
  private age = 0;

  constructor(source: Line, { period, sign, latest, age }: ExtremeOptions) {
    super([source], period);
    this.source = source;
    this.period = period;
    this.sign = sign;
    this.latest = latest;
    this.tellsAge = age;
  }

  protected override advance(from: number, to: number): void {
    const { memory } = this.series;
    const input = this.source.row.base;
    const output = this.row.base;
    const { period, sign, tellsAge, latest } = this;
    let { clean, extreme, age } = this;
    for (let slot = from; slot < to; slot++) {
      const value = sign * memory[input + slot]!;
      if (Number.isNaN(value)) clean = 0;
      else {
        if (clean < period) clean++;
        age++;
        if (clean === 1 || value > extreme || (value === extreme && latest === 1)) {
          extreme = value;
          age = 0;
        } else if (age === period) {
          extreme = value;
          age = 0;
          for (let back = 1; back < period; back++) {
            const earlier = sign * memory[input + slot - back]!;
            if (earlier > extreme || (earlier === extreme && latest === 0)) {
              extreme = earlier;
              age = back;
            }
          }
        }
      }
      if (clean < period) memory[output + slot] = Number.NaN;
      else memory[output + slot] = tellsAge === 1 ? age : sign * extreme;
    }
    this.clean = clean;
    this.extreme = extreme;
    this.age = age;
  }
}
