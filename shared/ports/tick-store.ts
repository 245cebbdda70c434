import type { Instrument } from "../market/instrument.ts";
import type { IdScheme, Tick, TickColumns, TickKind, TickOrigin } from "../market/tick.ts";

/** What became of the rows of one `append`. */
export interface TickAppend {
  /** Rows that were new. */
  readonly stored: number;
  /** Rows that were held already, equal in time, price, amount and side. */
  readonly repeated: number;
  /** Rows (indices into the block) whose id is held, or came earlier in the block, with other content: not stored. */
  readonly conflicts: readonly number[];
}

/** What is held of an instrument. Times in ms UTC, `to` is the time of the last tick (inclusive). */
export interface TickExtent {
  readonly kind: TickKind;
  readonly ids: IdScheme;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** Holds every tick once, by its id. Rows only ever join. */
export interface TickStore {
  /**
   * Stores a block of any order, durably when it resolves. An instrument's kind and id scheme are set by its first
   * block; throws InputError 'conflict' for a block of another.
   */
  append(instrument: Instrument, ticks: TickColumns, origin: TickOrigin): Promise<TickAppend>;
  /** Ticks with from ≤ ts < to in (ts, id) order, in blocks of a bounded size. */
  read(instrument: Instrument, from: number, to: number): AsyncIterable<TickColumns>;
  /** The last tick before `ts` in (ts, id) order, or null. */
  before(instrument: Instrument, ts: number): Promise<Tick | null>;
  /** The first tick at or after `ts` in (ts, id) order, or null. */
  atOrAfter(instrument: Instrument, ts: number): Promise<Tick | null>;
  /** Null for an instrument without ticks. */
  extent(instrument: Instrument): Promise<TickExtent | null>;
  /** Every instrument that has ticks, by key. */
  instruments(): Promise<readonly Instrument[]>;
}
