import type { CycleColumns } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Period } from "./period.ts";

/** Takes the returns of periods that are over. */
export interface ReturnSink {
  add(periodReturn: number): void;
}

/**
 * The return of each period: its last value over the last value of the period before, the first over the starting
 * cash, − 1. Finished ones go to a sink; that of the period that goes on is `current`.
 */
export class PeriodReturns {
  private readonly period: Period;
  private readonly sink: ReturnSink;
  private key = Number.NEGATIVE_INFINITY;
  private reference: number;
  private last: number;
  /** Periods begun. */
  count = 0;

  /** @param cash at the start, quote currency */
  constructor(period: Period, cash: number, sink: ReturnSink) {
    this.period = period;
    this.reference = cash;
    this.last = cash;
    this.sink = sink;
  }

  step({ length, time, value }: CycleColumns): void {
    for (let i = 0; i < length; i++) {
      const key = this.period.key(time[i]!);
      if (key > this.key) {
        if (this.count > 0) this.sink.add(this.current);
        this.count++;
        this.key = key;
        this.reference = this.last;
      }
      this.last = value[i]!;
    }
  }

  /** The return of the period that goes on, so far. */
  get current(): number {
    return this.last / this.reference - 1;
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.key);
    writer.number(this.reference);
    writer.number(this.last);
    writer.number(this.count);
  }

  load(reader: SnapshotReader): void {
    this.key = reader.number();
    this.reference = reader.number();
    this.last = reader.number();
    this.count = reader.number();
  }
}
