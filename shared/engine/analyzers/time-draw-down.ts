import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { Period, type PeriodOptions } from "./period.ts";
import { SampledDrawDown } from "./sampled-draw-down.ts";

export interface TimeDrawDownResult {
  /** Percent of the peak. */
  readonly maxdrawdown: number;
  /** The longest one, in periods. */
  readonly maxdrawdownperiod: number;
}

/** Drawdown sampled once a period, with the value at its first bar, as backtrader does: the last period's end never counts. */
export class TimeDrawDown implements Analyzer<TimeDrawDownResult> {
  private readonly period: Period;
  private readonly sampled = new SampledDrawDown();
  private key = Number.NEGATIVE_INFINITY;

  constructor(run: AnalyzedRun, options: PeriodOptions = {}) {
    this.period = new Period(options, run.timeframe);
  }

  step({ cycles: { length, time, value } }: RunEvents): void {
    for (let i = 0; i < length; i++) {
      const key = this.period.key(time[i]!);
      if (key > this.key) {
        this.key = key;
        this.sampled.add(value[i]!);
      }
    }
  }

  result(): TimeDrawDownResult {
    return { maxdrawdown: this.sampled.greatest, maxdrawdownperiod: this.sampled.longest };
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.key);
    this.sampled.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.key = reader.number();
    this.sampled.load(reader);
  }
}
