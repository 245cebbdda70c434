import type { Candle, CandleChoice, CandleOrigin, ChosenCandles } from "../market/candle.ts";
import type { Instrument } from "../market/instrument.ts";
import type { Interval } from "../market/interval.ts";
import type { Timeframe } from "../market/timeframe.ts";

/** Candles of one feed with openTime ≥ from and closeTime ≤ to. */
export interface CandleQuery extends Interval {
  readonly instrument: Instrument;
  readonly timeframe: Timeframe;
  readonly choice: CandleChoice;
}

/** What is held of one series. */
export interface CandleExtent extends Interval {
  readonly instrument: Instrument;
  readonly timeframe: Timeframe;
  readonly origin: CandleOrigin;
  readonly count: number;
}

/** Holds candle revisions by (instrument, timeframe, openTime, origin, revision). */
export interface CandleStore {
  /** Upserts by that key; durable when it resolves. */
  put(candles: readonly Candle[]): Promise<void>;
  /**
   * Makes `candles` (one per window, in order, all of `origin` and with openTime inside the span) the only ones of that
   * origin in [from, to). One with the same content keeps its stored revision, a changed one gets the next, a new one 0;
   * the revisions in `candles` are ignored. Atomic.
   */
  replace(
    series: {
      readonly instrument: Instrument;
      readonly timeframe: Timeframe;
      readonly origin: CandleOrigin;
    } & Interval,
    candles: readonly Candle[],
  ): Promise<void>;
  /**
   * One candle per window, by choice, in order, in blocks of a bounded size; gaps included. `best` passes over a
   * rebuilt candle of a window that is marked dirty if a live one exists.
   */
  read(query: CandleQuery): AsyncIterable<readonly Candle[]>;
  /** The stored candles of one origin, greatest revision of each window, in order. */
  readOrigin(query: Omit<CandleQuery, "choice">, origin: CandleOrigin): AsyncIterable<readonly Candle[]>;
  /** As `read`, for the engine: without gaps, in columns, with counts of what each window is. */
  columns(query: CandleQuery): Promise<ChosenCandles>;
  /** By instrument, timeframe and origin. */
  extents(instrument: Instrument | null): Promise<readonly CandleExtent[]>;
}
