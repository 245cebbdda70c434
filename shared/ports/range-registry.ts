import type { Instrument } from "../market/instrument.ts";
import type { Coverage, Interval } from "../market/interval.ts";
import type { Lease } from "./leases.ts";

/** A span whose candles no longer follow from the stored ticks. `mark` changes each time that the span is marked. */
export interface DirtyRange extends Interval {
  readonly instrument: Instrument;
  readonly mark: number;
}

/** What is to be rebuilt, and what is known about the completeness of what is held. Durable when a call resolves. */
export interface RangeRegistry {
  /** Marks [from, to) dirty. Marks may overlap; each is kept until cleared. */
  markDirty(instrument: Instrument, from: number, to: number): Promise<void>;
  /** Marks in order of `from`; of every instrument where none is named. */
  dirty(instrument: Instrument | null): Promise<readonly DirtyRange[]>;
  /** Removes these marks, and keeps those that were made since they were read. */
  clearDirty(ranges: readonly DirtyRange[]): Promise<void>;
  /** Adds a span; repeats of the same (from, to, kind) change nothing but the reason. */
  addCoverage(instrument: Instrument, coverage: Coverage): Promise<void>;
  /** Spans that overlap [from, to), in order of `from`. */
  coverage(instrument: Instrument, from: number, to: number): Promise<readonly Coverage[]>;
  /**
   * Runs `work` while holding the instrument's only lease; waits for another holder in this or another process. Throws
   * InputError 'conflict' where `Leases` does.
   */
  withLease<T>(instrument: Instrument, work: (lease: Lease) => Promise<T>): Promise<T>;
  /** The same without waiting for a holder that lives: resolves to whether `work` was run. */
  tryLease(instrument: Instrument, work: (lease: Lease) => Promise<void>): Promise<boolean>;
}
