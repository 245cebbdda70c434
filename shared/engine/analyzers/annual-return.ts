import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Analyzer } from "./analyzer.ts";
import { NumberList } from "./number-list.ts";

export interface AnnualReturnResult {
  /** Fractions, by year: `{ "2021": 0.12 }`. */
  readonly years: Readonly<Record<string, number>>;
}

/** Return of each UTC year: its last value over that of the year before, the first over the value at its first bar. */
export class AnnualReturn implements Analyzer<AnnualReturnResult> {
  private readonly years = new NumberList();
  private readonly values = new NumberList();
  private year = 0;
  private reference = 0;
  private last = 0;

  step({ cycles: { length, time, value } }: RunEvents): void {
    for (let i = 0; i < length; i++) {
      const year = new Date(time[i]!).getUTCFullYear();
      if (year > this.year) {
        if (this.year === 0) this.last = value[i]!;
        else {
          this.years.add(this.year);
          this.values.add(this.last / this.reference - 1);
        }
        this.reference = this.last;
        this.year = year;
      }
      this.last = value[i]!;
    }
  }

  result(): AnnualReturnResult {
    const years = this.years.toArray().map((year, i): [number, number] => [year, this.values.at(i)]);
    if (this.year > 0) years.push([this.year, this.last / this.reference - 1]);
    return { years: Object.fromEntries(years) };
  }

  save(writer: SnapshotWriter): void {
    this.years.save(writer);
    this.values.save(writer);
    writer.number(this.year);
    writer.number(this.reference);
    writer.number(this.last);
  }

  load(reader: SnapshotReader): void {
    this.years.load(reader);
    this.values.load(reader);
    this.year = reader.number();
    this.reference = reader.number();
    this.last = reader.number();
  }
}
