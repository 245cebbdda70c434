import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

/** Drawdown of values that come once a period. */
export class SampledDrawDown {
  /** Percent of the peak. */
  greatest = 0;
  /** Periods. */
  longest = 0;
  private peak = Number.NEGATIVE_INFINITY;
  private length = 0;

  add(value: number): void {
    if (value > this.peak) {
      this.peak = value;
      this.length = 0;
    }
    const depth = (100 * (this.peak - value)) / this.peak;
    if (depth > 0) this.length++;
    if (depth > this.greatest) this.greatest = depth;
    if (this.length > this.longest) this.longest = this.length;
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.greatest);
    writer.number(this.longest);
    writer.number(this.peak);
    writer.number(this.length);
  }

  load(reader: SnapshotReader): void {
    this.greatest = reader.number();
    this.longest = reader.number();
    this.peak = reader.number();
    this.length = reader.number();
  }
}
