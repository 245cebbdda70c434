import { exponential } from "#shared/market/exponential.ts";
import { logarithm } from "#shared/market/logarithm.ts";
import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { Period, type PeriodOptions, periodOf, periodsPerYear } from "./period.ts";

export interface ReturnsOptions extends PeriodOptions {
  /** Periods a year, to annualise with; absent: 252 days, 52 weeks, 12 months, 1 year, else that of the feed, else 1. */
  readonly tann?: number;
}

export interface ReturnsResult {
  /** ln(end ÷ start); −Infinity where that is not a positive number. */
  readonly rtot: number;
  /** rtot ÷ periods. */
  readonly ravg: number;
  /** e^(ravg × tann) − 1: a fraction. */
  readonly rnorm: number;
  /** rnorm in percent. */
  readonly rnorm100: number;
}

/** Total, average and annualised compound return, in logarithms. */
export class Returns implements Analyzer<ReturnsResult> {
  private readonly period: Period;
  private readonly tann: number;
  private readonly cash: number;
  private key = Number.NEGATIVE_INFINITY;
  private periods = 0;
  private last: number;

  constructor(run: AnalyzedRun, options: ReturnsOptions = {}) {
    this.period = new Period(options, run.timeframe);
    this.tann = options.tann ?? periodsPerYear(this.period.name) ?? periodsPerYear(periodOf(run.timeframe).name) ?? 1;
    this.cash = run.cash;
    this.last = run.cash;
  }

  step({ cycles: { length, time, value } }: RunEvents): void {
    for (let i = 0; i < length; i++) {
      const key = this.period.key(time[i]!);
      if (key > this.key) {
        this.key = key;
        this.periods++;
      }
      this.last = value[i]!;
    }
  }

  result(): ReturnsResult {
    const growth = this.last / this.cash;
    const rtot = growth > 0 ? logarithm(growth) : Number.NEGATIVE_INFINITY;
    const ravg = rtot / Math.max(this.periods, 1);
    const rnorm = rtot === Number.NEGATIVE_INFINITY ? -1 : exponential(ravg * this.tann) - 1;
    return { rtot, ravg, rnorm, rnorm100: 100 * rnorm };
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.key);
    writer.number(this.periods);
    writer.number(this.last);
  }

  load(reader: SnapshotReader): void {
    this.key = reader.number();
    this.periods = reader.number();
    this.last = reader.number();
  }
}
