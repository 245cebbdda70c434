import { strategyRoots } from "#local/strategies/catalog.ts";
import type { PlanRunner } from "#shared/app/backtest.ts";
import { RunMemory, type RunOutcome, STEP, takenRows } from "#shared/app/run-on-columns.ts";
import type { RunPlan } from "#shared/app/run-plan.ts";
import { shareColumns } from "#shared/app/sweep-job.ts";
import type { CandleColumns } from "#shared/market/candle.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { BacktestReply, BacktestTask } from "./backtest-job.ts";
import { threadCode, threadFile } from "./thread-code.ts";
import { ThreadPool } from "./thread-pool.ts";

/** A few thousand bars never take so long, ms: whoever needs it does not come back. */
const SILENCE = 10_000;

/**
 * Runs plans of strategies in folders, each in a thread of its own. One that shows no progress over `STEP` bars for
 * `silence` ms is ended, and has failed like one that throws; of what it did nothing is kept.
 */
export function threadRunner(silence = SILENCE): PlanRunner {
  return async (plan, code, columns) => {
    const { module, bundleHash } = await threadCode(
      strategyRoots(process.env),
      plan.strategy,
      threadFile("backtest-thread.ts"),
    );
    if (bundleHash !== code.strategy.bundleHash) {
      throw new InputError("conflict", `strategy ${plan.strategy} was changed while the run began: begin it again`);
    }
    const steps = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const task: BacktestTask = { plan, columns: columns.map(shareColumns), steps };
    const pool = new ThreadPool<BacktestTask, null, BacktestReply>({
      module,
      threads: 1,
      silence,
      jobsPerThread: Number.POSITIVE_INFINITY,
    });
    for await (const { result, failure } of pool.run(task, oneJob())) {
      if (result === null)
        return lost(plan, columns, `${failure}${whereOf(plan, columns[0]!, Atomics.load(steps, 0))}`);
      if (result.refused !== null) throw new InputError(result.refused.code, result.refused.message);
      return result.outcome;
    }
    throw new Error("the thread of the backtest ended without an answer");
  };
}

async function* oneJob(): AsyncGenerator<null> {
  yield null;
}

/** The outcome of a run whose thread is gone, and all that it did with it. */
function lost(plan: RunPlan, columns: readonly CandleColumns[], why: string): RunOutcome {
  const nothing = new RunMemory();
  nothing.begin(columns.length);
  return { events: nothing.events(), error: `strategy ${plan.strategy}: ${why}`, resultHash: null, figures: null };
}

/** The bars that were being run, in words. */
function whereOf(plan: RunPlan, candles: CandleColumns, steps: number): string {
  const { from, to } = takenRows(plan, candles);
  const first = Math.min(from + steps * STEP, to - 1);
  const last = Math.min(first + STEP, to) - 1;
  const time = (row: number): string => new Date(candles.openTime[row]!).toISOString();
  return ` It was between the bars of ${time(first)} and ${time(last)}.`;
}
