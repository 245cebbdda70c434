import { logarithm } from "#shared/market/logarithm.ts";
import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { NumberList } from "./number-list.ts";
import { Period, type PeriodOptions } from "./period.ts";

export interface LogReturnsRollingResult {
  /** One a period, in time order; NaN while the window reaches back before the start. */
  readonly values: readonly number[];
}

/**
 * Logarithmic return over a window of as many periods as `compression` says: ln of a period's last value ÷ that of the
 * `compression`-th period before it, the starting cash standing for the period before the first.
 */
export class LogReturnsRolling implements Analyzer<LogReturnsRollingResult> {
  private readonly period: Period;
  /** The starting cash, then the last value of each finished period. */
  private readonly ends = new NumberList();
  private key = Number.NEGATIVE_INFINITY;
  private last: number;

  constructor(run: AnalyzedRun, options: PeriodOptions = {}) {
    this.period = new Period(options, run.timeframe);
    this.last = run.cash;
  }

  step({ cycles: { length, time, value } }: RunEvents): void {
    for (let i = 0; i < length; i++) {
      const key = this.period.key(time[i]!);
      if (key > this.key) {
        this.key = key;
        this.ends.add(this.last);
      }
      this.last = value[i]!;
    }
  }

  result(): LogReturnsRollingResult {
    const ends = this.ends.toArray();
    if (ends.length > 0) ends.push(this.last);
    const { compression } = this.period;
    const change = (end: number, i: number): number => logarithm(end / (ends[i + 1 - compression] ?? Number.NaN));
    return { values: ends.slice(1).map(change) };
  }

  save(writer: SnapshotWriter): void {
    this.ends.save(writer);
    writer.number(this.key);
    writer.number(this.last);
  }

  load(reader: SnapshotReader): void {
    this.ends.load(reader);
    this.key = reader.number();
    this.last = reader.number();
  }
}
