import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";

/** Settings of the day indicators. */
export interface DayOptions {
  /** Bars back to the value compared with. */
  readonly period?: number;
}

/** Compares a value with the one `period` bars before. */
abstract class DayComparison extends Indicator {
  readonly source: Line;
  readonly period: number;

  constructor(source: Line, { period = 1 }: DayOptions = {}) {
    super([source], period + 1);
    this.source = source;
    this.period = period;
  }
}

/** By how much the value rose over `period` bars, 0 if it did not: max(x − x₋ₙ, 0). Minimum period: period + 1. */
export class UpDay extends DayComparison {
  override step(): number {
    return Math.max(this.source.now - this.source.ago(this.period), 0);
  }
}

/** By how much the value fell over `period` bars, 0 if it did not: max(x₋ₙ − x, 0). Minimum period: period + 1. */
export class DownDay extends DayComparison {
  override step(): number {
    return Math.max(this.source.ago(this.period) - this.source.now, 0);
  }
}

/** 1 if the value rose over `period` bars, else 0. Minimum period: period + 1. */
export class UpDayBool extends DayComparison {
  override step(): number {
    return this.source.now > this.source.ago(this.period) ? 1 : 0;
  }
}

/** 1 if the value fell over `period` bars, else 0. Minimum period: period + 1. */
export class DownDayBool extends DayComparison {
  override step(): number {
    return this.source.now < this.source.ago(this.period) ? 1 : 0;
  }
}
