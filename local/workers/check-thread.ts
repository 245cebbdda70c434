import { exportedStrategy } from "#local/strategies/strategy-export.ts";
import { type CheckedRun, type CheckJob, type CheckTask, doCheckJob } from "#shared/app/check-job.ts";
import { serveJobs } from "./serve-jobs.ts";
import type { LoadStrategy } from "./thread-code.ts";
import { watchSources } from "./watch-sources.ts";

/** A thread of checks, for one job. */
export function serve(load: LoadStrategy): void {
  serveJobs(async (task: CheckTask) => async (job: CheckJob): Promise<CheckedRun> => {
    const uses = job.kind === "whole" && job.watched ? watchSources() : () => [];
    // Not before the sources are watched: a module may use them as it is loaded.
    const strategy = exportedStrategy(task.plan.strategy, await load());
    return { ...doCheckJob(task, strategy, job), uses: uses() };
  });
}
