import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

/** Count, mean and spread of numbers that come one at a time (Welford). */
export class Moments {
  count = 0;
  mean = 0;
  /** Sum of the squared distances from the mean. */
  private squares = 0;

  add(value: number): void {
    this.count++;
    const distance = value - this.mean;
    this.mean += distance / this.count;
    this.squares += distance * (value - this.mean);
  }

  /** Standard deviation: of the population, or of a sample (÷ count − 1, Bessel). NaN where the divisor is 0. */
  deviation(sample: boolean): number {
    const divisor = sample ? this.count - 1 : this.count;
    return divisor > 0 ? Math.sqrt(this.squares / divisor) : Number.NaN;
  }

  copy(): Moments {
    const copy = new Moments();
    copy.count = this.count;
    copy.mean = this.mean;
    copy.squares = this.squares;
    return copy;
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.count);
    writer.number(this.mean);
    writer.number(this.squares);
  }

  load(reader: SnapshotReader): void {
    this.count = reader.number();
    this.mean = reader.number();
    this.squares = reader.number();
  }
}
