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

/** The result hash of a live run, as it states it at a UTC midnight. */
export interface StatedHash {
  /** The midnight, ms UTC. A run states one hash at most of each. */
  readonly time: number;
  /** 32 hex digits over all cycles whose bars closed by then: of the backtest that ends there. */
  readonly resultHash: string;
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
  /** Upserts by (run, time). The run has results. */
  writeHashes(run: string, hashes: readonly StatedHash[]): Promise<void>;
  /** All that a run stated, in order of time; empty for a run that has stated none. */
  readHashes(run: string): Promise<readonly StatedHash[]>;
  /** Removes all results of a run, and the hashes that it stated. */
  remove(run: string): Promise<void>;
}
