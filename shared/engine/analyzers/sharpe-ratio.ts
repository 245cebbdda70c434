import { power } from "#shared/market/logarithm.ts";
import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { Moments } from "./moments.ts";
import { Period, type PeriodOptions, periodsPerYear } from "./period.ts";
import { PeriodReturns } from "./period-returns.ts";

export interface SharpeOptions extends PeriodOptions {
  /** Yearly fraction; 0.01 if absent. */
  readonly riskFreeRate?: number;
  /** Periods a year; absent: 252 days, 52 weeks, 12 months, 1 year, none for shorter periods. */
  readonly factor?: number;
  /** Whether the rate is turned into one of a period, instead of the returns into yearly ones; true if absent. */
  readonly convertRate?: boolean;
  /** Whether the ratio is multiplied by √factor, where the rate was converted; false if absent. */
  readonly annualize?: boolean;
  /** Whether the deviation is that of a sample; false if absent. */
  readonly stddevSample?: boolean;
}

export interface SharpeResult {
  /** Null without returns, with one return of a sample, and where all returns are equal. */
  readonly sharperatio: number | null;
}

/**
 * Mean of the periods' returns beyond the risk-free rate ÷ their deviation; years, unless told otherwise. The yearly rate
 * is subtracted as it is from returns of periods shorter than a day.
 */
export class SharpeRatio implements Analyzer<SharpeResult> {
  private readonly beyond = new Moments();
  private readonly returns: PeriodReturns;
  private readonly factor: number | null;
  private readonly rate: number;
  private readonly convertRate: boolean;
  private readonly annualize: boolean;
  private readonly sample: boolean;

  constructor(run: AnalyzedRun, options: SharpeOptions = {}) {
    const { riskFreeRate = 0.01, convertRate = true, annualize = false, stddevSample = false } = options;
    const period = new Period({ timeframe: "Years", compression: 1, ...options }, run.timeframe);
    this.factor = options.factor ?? periodsPerYear(period.name);
    this.convertRate = convertRate;
    this.annualize = annualize;
    this.sample = stddevSample;
    this.rate = this.factor !== null && convertRate ? power(1 + riskFreeRate, 1 / this.factor) - 1 : riskFreeRate;
    const add = (periodReturn: number): void => this.beyond.add(this.excess(periodReturn));
    this.returns = new PeriodReturns(period, run.cash, { add });
  }

  private excess(periodReturn: number): number {
    if (this.factor === null || this.convertRate) return periodReturn - this.rate;
    return power(1 + periodReturn, this.factor) - 1 - this.rate;
  }

  step({ cycles }: RunEvents): void {
    this.returns.step(cycles);
  }

  result(): SharpeResult {
    const all = this.beyond.copy();
    if (this.returns.count > 0) all.add(this.excess(this.returns.current));
    const deviation = all.deviation(this.sample);
    if (!(deviation > 0)) return { sharperatio: null };
    const ratio = all.mean / deviation;
    const yearly = this.factor !== null && this.convertRate && this.annualize;
    return { sharperatio: yearly ? ratio * Math.sqrt(this.factor) : ratio };
  }

  save(writer: SnapshotWriter): void {
    this.beyond.save(writer);
    this.returns.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.beyond.load(reader);
    this.returns.load(reader);
  }
}
