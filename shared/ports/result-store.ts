import type { CycleColumns, FillRow, LogRow, OrderRow, RunEvents, TradeRow } from "../engine/run-events.ts";

/** All that a run did, in order. */
export interface RunResults {
  readonly cycles: CycleColumns;
  readonly orders: readonly OrderRow[];
  readonly fills: readonly FillRow[];
  readonly trades: readonly TradeRow[];
  readonly logs: readonly LogRow[];
}

/** The account after one cycle. */
export interface CycleRow {
  /** The cycle's clock, ms UTC. */
  readonly time: number;
  /** Both in quote currency. */
  readonly cash: number;
  readonly value: number;
  /** Base units of each feed, in order. */
  readonly position: readonly number[];
}

/** Results of runs. Rows have the ids that the run counted: writing the same events again changes nothing. */
export interface ResultStore {
  /**
   * Upserts rows by (run, seq) and cycles by (run, number of the cycle), cycles last: one that can be read says that all
   * that was written with it or before can be. `feeds` names the columns of `position`.
   */
  write(run: string, feeds: readonly string[], events: RunEvents): Promise<void>;
  /** The last cycle whose time is before `until` (ms UTC; null: the last of all); null where there is none. */
  lastCycle(run: string, until: number | null): Promise<CycleRow | null>;
  /** Empty results for a run that has none. */
  read(run: string): Promise<RunResults>;
  /** Removes all results of a run. */
  remove(run: string): Promise<void>;
}
