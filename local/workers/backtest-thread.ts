import { exportedStrategy } from "#local/strategies/strategy-export.ts";
import { RunMemory, runOnColumns } from "#shared/app/run-on-columns.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { BacktestReply, BacktestTask } from "./backtest-job.ts";
import { serveJobs } from "./serve-jobs.ts";
import type { LoadStrategy } from "./thread-code.ts";

/** The thread of a backtest. */
export function serve(load: LoadStrategy): void {
  serveJobs(async ({ plan, columns, steps }: BacktestTask) => {
    const strategy = exportedStrategy(plan.strategy, await load());
    return (_job: null, progress): BacktestReply => {
      const stepped = (): void => {
        Atomics.add(steps, 0, 1);
        progress();
      };
      try {
        const outcome = runOnColumns(plan, { strategy: { strategy } }, columns, new RunMemory(), stepped);
        return { outcome, refused: null };
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return { outcome: null, refused: { code: error.code, message: error.message } };
      }
    };
  }, memoryOf);
}

/** Where a reply's columns lie. */
function memoryOf({ outcome }: BacktestReply): ArrayBufferLike[] {
  if (outcome === null) return [];
  const { time, cash, value, position } = outcome.events.cycles;
  return [time, cash, value, ...position].map((column) => column.buffer);
}
