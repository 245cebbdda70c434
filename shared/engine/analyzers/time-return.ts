import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { NumberList } from "./number-list.ts";
import { Period, type PeriodOptions } from "./period.ts";
import { PeriodReturns } from "./period-returns.ts";

/** Fractions. */
export interface TimeReturnResult {
  /** One a period that has a bar, in time order; the last one is that of the period that goes on. */
  readonly values: readonly number[];
}

/** Return of each period over the one before, the first over the starting cash. */
export class TimeReturn implements Analyzer<TimeReturnResult> {
  private readonly finished = new NumberList();
  private readonly returns: PeriodReturns;

  constructor(run: AnalyzedRun, options: PeriodOptions = {}) {
    this.returns = new PeriodReturns(new Period(options, run.timeframe), run.cash, this.finished);
  }

  step({ cycles }: RunEvents): void {
    this.returns.step(cycles);
  }

  result(): TimeReturnResult {
    const values = this.finished.toArray();
    if (this.returns.count > 0) values.push(this.returns.current);
    return { values };
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
