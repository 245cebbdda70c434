import type { StrategyClass } from "../engine/strategy.ts";
import type { TearSheet } from "../engine/tear-sheet.ts";
import type { CandleColumns, ToldCandles } from "../market/candle.ts";
import { sharedNumbers } from "../market/shared-numbers.ts";
import type { Workers } from "../ports/workers.ts";
import { FigureMemory, figuresOnColumns } from "./run-on-columns.ts";
import type { RunPlan } from "./run-plan.ts";

/** What all sets of a sweep share. */
export interface SweepTask {
  readonly strategy: string;
  /** The code that the sweep is of: another one is refused. */
  readonly bundleHash: string;
  /** In order of the feeds, each on memory that threads share. */
  readonly columns: readonly ToldCandles[];
}

/** One plan to run. `number` is the caller's. */
export interface SweepJob {
  readonly number: number;
  readonly plan: RunPlan;
}

/** What a run came to, without its events. */
export interface SweepFigures {
  readonly error: string | null;
  readonly resultHash: string | null;
  readonly figures: TearSheet | null;
}

export type SweepWorkers = Workers<SweepTask, SweepJob, SweepFigures>;

/** How a worker does the jobs of a task. */
export function prepareSweep(
  strategy: StrategyClass,
  task: SweepTask,
): (job: SweepJob, progress: () => void) => SweepFigures {
  const memory = new FigureMemory();
  return ({ plan }, progress) => {
    return figuresOnColumns(plan, { strategy: { strategy } }, task.columns, memory, progress);
  };
}

/** Columns that threads can share: copies, of those that they cannot share as they are. */
export function shareColumns<Columns extends CandleColumns>(columns: Columns): Columns {
  const share = (column: Float64Array): Float64Array => {
    if (column.buffer instanceof SharedArrayBuffer) return column;
    const shared = sharedNumbers(column.length);
    shared.set(column);
    return shared;
  };
  return {
    ...columns,
    openTime: share(columns.openTime),
    closeTime: share(columns.closeTime),
    open: share(columns.open),
    high: share(columns.high),
    low: share(columns.low),
    close: share(columns.close),
    volume: share(columns.volume),
    trades: share(columns.trades),
  };
}
