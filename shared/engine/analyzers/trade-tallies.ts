import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

/** How many trades of a kind came one after the other. */
export interface StreakResult {
  readonly current: number;
  readonly longest: number;
}

/** Counts how often something holds without a break. */
export class Streak {
  private current = 0;
  private longest = 0;

  add(holds: boolean): void {
    this.current = holds ? this.current + 1 : 0;
    if (this.current > this.longest) this.longest = this.current;
  }

  result(): StreakResult {
    return { current: this.current, longest: this.longest };
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.current);
    writer.number(this.longest);
  }

  load(reader: SnapshotReader): void {
    this.current = reader.number();
    this.longest = reader.number();
  }
}

/** Sum, mean and the one that is furthest from 0; all 0 where there is none. */
export interface AmountsResult {
  readonly total: number;
  readonly average: number;
  readonly max: number;
}

/** Amounts of one sign. */
export class Amounts {
  count = 0;
  total = 0;
  private extreme = 0;

  static of(parts: readonly Amounts[]): Amounts {
    const all = new Amounts();
    for (const part of parts) {
      all.count += part.count;
      all.total += part.total;
      all.reach(part.extreme);
    }
    return all;
  }

  add(amount: number): void {
    this.count++;
    this.total += amount;
    this.reach(amount);
  }

  private reach(amount: number): void {
    if (Math.abs(amount) > Math.abs(this.extreme)) this.extreme = amount;
  }

  get average(): number {
    return this.count === 0 ? 0 : this.total / this.count;
  }

  result(): AmountsResult {
    return { total: this.total, average: this.average, max: this.extreme };
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.count);
    writer.number(this.total);
    writer.number(this.extreme);
  }

  load(reader: SnapshotReader): void {
    this.count = reader.number();
    this.total = reader.number();
    this.extreme = reader.number();
  }
}

/** Bars. */
export interface LengthsResult {
  readonly total: number;
  readonly average: number;
  readonly max: number;
  /** Of those that took longer than a bar, as backtrader has it; absent where there is none. */
  readonly min?: number;
}

/** Lengths of trades in bars. */
export class Lengths {
  private count = 0;
  private total = 0;
  private max = 0;
  private min = Number.POSITIVE_INFINITY;

  static of(parts: readonly Lengths[]): Lengths {
    const all = new Lengths();
    for (const part of parts) {
      all.count += part.count;
      all.total += part.total;
      all.max = Math.max(all.max, part.max);
      all.min = Math.min(all.min, part.min);
    }
    return all;
  }

  add(bars: number): void {
    this.count++;
    this.total += bars;
    if (bars > this.max) this.max = bars;
    if (bars > 0 && bars < this.min) this.min = bars;
  }

  result(): LengthsResult {
    const { count, total, max, min } = this;
    const average = count === 0 ? 0 : total / count;
    return min === Number.POSITIVE_INFINITY ? { total, average, max } : { total, average, max, min };
  }

  save(writer: SnapshotWriter): void {
    for (const value of [this.count, this.total, this.max, this.min]) writer.number(value);
  }

  load(reader: SnapshotReader): void {
    this.count = reader.number();
    this.total = reader.number();
    this.max = reader.number();
    this.min = reader.number();
  }
}
