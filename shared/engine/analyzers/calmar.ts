import { InputError } from "#shared/market/input-error.ts";
import { logarithm } from "#shared/market/logarithm.ts";
import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { NumberList } from "./number-list.ts";
import { Period, type PeriodOptions } from "./period.ts";
import { SampledDrawDown } from "./sampled-draw-down.ts";

export interface CalmarOptions extends PeriodOptions {
  /** How many values the rolling window holds; 36 if absent. */
  readonly period?: number;
}

export interface CalmarResult {
  /** One a period, in time order; NaN until the window is full. */
  readonly values: readonly number[];
}

/**
 * Rolling Calmar ratio as backtrader computes it, over months unless told otherwise: the average logarithmic return of a
 * window of values (that at the start, then at the first bar of each period) ÷ the greatest drawdown so far in percent,
 * sampled likewise. The last ratio is computed anew with the value at the end.
 */
export class Calmar implements Analyzer<CalmarResult> {
  private readonly period: Period;
  private readonly window: number;
  private readonly sampled = new SampledDrawDown();
  private readonly noted = new NumberList();
  private readonly ratios = new NumberList();
  private key = Number.NEGATIVE_INFINITY;
  private last: number;

  constructor(run: AnalyzedRun, options: CalmarOptions = {}) {
    const { period = 36 } = options;
    if (!Number.isSafeInteger(period) || period < 1) {
      throw new InputError("usage", `period of Calmar is ${period}: give a whole number from 1 on`);
    }
    this.window = period;
    this.period = new Period({ timeframe: "Months", compression: 1, ...options }, run.timeframe);
    this.last = run.cash;
    this.noted.add(run.cash);
  }

  step({ cycles: { length, time, value } }: RunEvents): void {
    for (let i = 0; i < length; i++) {
      const key = this.period.key(time[i]!);
      this.last = value[i]!;
      if (key <= this.key) continue;
      this.key = key;
      this.sampled.add(this.last);
      this.noted.add(this.last);
      this.ratios.add(this.ratio(this.noted.at(this.noted.length - this.window), this.last));
    }
  }

  /** NaN where `first` is of before the start. */
  private ratio(first: number | undefined, last: number): number {
    const growth = logarithm(last / (first ?? Number.NaN)) / this.window;
    return growth / (this.sampled.greatest || Number.POSITIVE_INFINITY);
  }

  result(): CalmarResult {
    const values = this.ratios.toArray();
    if (values.length > 0) {
      values[values.length - 1] = this.ratio(this.noted.at(this.noted.length + 1 - this.window), this.last);
    }
    return { values };
  }

  save(writer: SnapshotWriter): void {
    this.sampled.save(writer);
    this.noted.save(writer);
    this.ratios.save(writer);
    writer.number(this.key);
    writer.number(this.last);
  }

  load(reader: SnapshotReader): void {
    this.sampled.load(reader);
    this.noted.load(reader);
    this.ratios.load(reader);
    this.key = reader.number();
    this.last = reader.number();
  }
}
