import type { RunOutcome } from "#shared/app/run-on-columns.ts";
import type { RunPlan } from "#shared/app/run-plan.ts";
import type { ToldCandles } from "#shared/market/candle.ts";
import type { InputErrorCode } from "#shared/market/input-error.ts";

/** What the thread of a backtest is given. */
export interface BacktestTask {
  readonly plan: RunPlan;
  /** In order of the feeds, each on memory that threads share. */
  readonly columns: readonly ToldCandles[];
  /** Counts the stretches of `STEP` bars that are done. */
  readonly steps: Int32Array<SharedArrayBuffer>;
}

/** What became of it: its outcome, or why the plan cannot be run. */
export type BacktestReply =
  | { readonly outcome: RunOutcome; readonly refused: null }
  | { readonly outcome: null; readonly refused: { readonly code: InputErrorCode; readonly message: string } };
