import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

const SMALLEST_ROOM = 64;

/** A growing list of numbers in one column. */
export class NumberList {
  length = 0;
  private column = new Float64Array(SMALLEST_ROOM);

  add(value: number): void {
    if (this.length === this.column.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.column);
      this.column = larger;
    }
    this.column[this.length++] = value;
  }

  /** The number at `index`, from 0. */
  at(index: number): number {
    return this.column[index]!;
  }

  toArray(): number[] {
    return Array.from(this.column.subarray(0, this.length));
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.length);
    writer.numbers(this.column, 0, this.length);
  }

  load(reader: SnapshotReader): void {
    const length = reader.number();
    this.column = new Float64Array(Math.max(SMALLEST_ROOM, length));
    reader.numbers(this.column, 0, length);
    this.length = length;
  }
}
