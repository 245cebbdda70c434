import type { CycleColumns, FillRow, LogRow, OrderRow, RunEvents, TradeRow } from "../engine/run-events.ts";

/** All that a run did, in order. */
export interface RunResults {
  readonly cycles: CycleColumns;
  readonly orders: readonly OrderRow[];
  readonly fills: readonly FillRow[];
  readonly trades: readonly TradeRow[];
  readonly logs: readonly LogRow[];
}

/** Results of runs. Rows have the ids that the run counted: writing the same events again changes nothing. */
export interface ResultStore {
  /** Upserts rows by (run, seq) and cycles by (run, number of the cycle). `feeds` names the columns of `position`. */
  write(run: string, feeds: readonly string[], events: RunEvents): Promise<void>;
  /** Empty results for a run that has none. */
  read(run: string): Promise<RunResults>;
  /** Removes all results of a run. */
  remove(run: string): Promise<void>;
}
