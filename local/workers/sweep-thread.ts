import { exportedStrategy } from "#local/strategies/strategy-export.ts";
import { prepareSweep, type SweepTask } from "#shared/app/sweep-job.ts";
import { serveJobs } from "./serve-jobs.ts";
import type { LoadStrategy } from "./thread-code.ts";

/** A thread of sweeps. */
export function serve(load: LoadStrategy): void {
  serveJobs(async (task: SweepTask) => prepareSweep(exportedStrategy(task.strategy, await load()), task));
}
