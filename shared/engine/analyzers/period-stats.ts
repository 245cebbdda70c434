import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { Moments } from "./moments.ts";
import { Period, type PeriodOptions } from "./period.ts";
import { PeriodReturns } from "./period-returns.ts";

export interface PeriodStatsOptions extends PeriodOptions {
  /** Whether periods without change count as positive; false if absent. */
  readonly zeroIsPos?: boolean;
}

/** Returns are fractions. */
export interface PeriodStatsResult {
  readonly average: number;
  /** Of the population. */
  readonly stddev: number;
  readonly positive: number;
  readonly negative: number;
  readonly nochange: number;
  readonly best: number;
  readonly worst: number;
}

/** Statistics of the returns of periods: years, unless told otherwise. Zeros before the first cycle. */
export class PeriodStats implements Analyzer<PeriodStatsResult> {
  private readonly finished = new Tally();
  private readonly returns: PeriodReturns;
  private readonly zeroIsPos: boolean;

  constructor(run: AnalyzedRun, options: PeriodStatsOptions = {}) {
    this.zeroIsPos = options.zeroIsPos ?? false;
    const period = new Period({ timeframe: "Years", compression: 1, ...options }, run.timeframe);
    this.returns = new PeriodReturns(period, run.cash, this.finished);
  }

  step({ cycles }: RunEvents): void {
    this.returns.step(cycles);
  }

  result(): PeriodStatsResult {
    const all = this.finished.copy();
    if (this.returns.count > 0) all.add(this.returns.current);
    const { moments, positive, negative, zero, best, worst } = all;
    if (moments.count === 0) return { average: 0, stddev: 0, positive: 0, negative: 0, nochange: 0, best: 0, worst: 0 };
    return {
      average: moments.mean,
      stddev: moments.deviation(false),
      positive: this.zeroIsPos ? positive + zero : positive,
      negative,
      nochange: this.zeroIsPos ? 0 : zero,
      best,
      worst,
    };
  }

  save(writer: SnapshotWriter): void {
    this.finished.save(writer);
    this.returns.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.finished.load(reader);
    this.returns.load(reader);
  }
}

class Tally {
  moments = new Moments();
  positive = 0;
  negative = 0;
  zero = 0;
  best = Number.NEGATIVE_INFINITY;
  worst = Number.POSITIVE_INFINITY;

  add(value: number): void {
    this.moments.add(value);
    if (value > 0) this.positive++;
    else if (value < 0) this.negative++;
    else this.zero++;
    if (value > this.best) this.best = value;
    if (value < this.worst) this.worst = value;
  }

  copy(): Tally {
    const copy = Object.assign(new Tally(), this);
    copy.moments = this.moments.copy();
    return copy;
  }

  save(writer: SnapshotWriter): void {
    this.moments.save(writer);
    for (const value of [this.positive, this.negative, this.zero, this.best, this.worst]) writer.number(value);
  }

  load(reader: SnapshotReader): void {
    this.moments.load(reader);
    this.positive = reader.number();
    this.negative = reader.number();
    this.zero = reader.number();
    this.best = reader.number();
    this.worst = reader.number();
  }
}
