import { strategyRoots } from "#local/strategies/catalog.ts";
import { type CheckedRun, type CheckJob, type CheckTask, type CheckWorkers, taskOfLeg } from "#shared/app/check-job.ts";
import type { WorkerOutcome } from "#shared/ports/workers.ts";
import { runInProcess } from "./run-in-process.ts";
import { type ThreadCode, threadCode, threadFile } from "./thread-code.ts";
import { ThreadPool } from "./thread-pool.ts";

/** A run of a check tells no progress: so long, ms, it may take as a whole. */
const PATIENCE = 120_000;

/** Workers for checks of strategies in folders: a fresh thread for each run, a fresh process for each leg of one. */
export class CheckThreads implements CheckWorkers {
  readonly #threads: number;
  readonly #codes = new Map<string, Promise<ThreadCode>>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  async *run(task: CheckTask, jobs: AsyncIterable<CheckJob>): AsyncGenerator<WorkerOutcome<CheckJob, CheckedRun>> {
    const code = await this.#codeOf(task.plan.strategy);
    const whole: CheckJob[] = [];
    for await (const job of jobs) {
      if (job.kind !== "leg") whole.push(job);
      else yield { job, ...(await runInProcess<CheckedRun>(code.module, taskOfLeg(task, job), job, PATIENCE)) };
    }
    yield* this.#runThreads(code, task, whole);
  }

  async *#runThreads(
    { module, builtins }: ThreadCode,
    task: CheckTask,
    jobs: readonly CheckJob[],
  ): AsyncGenerator<WorkerOutcome<CheckJob, CheckedRun>> {
    if (jobs.length === 0) return;
    const options = { module, threads: this.#threads, silence: PATIENCE, jobsPerThread: 1 };
    const pool = new ThreadPool<CheckTask, CheckJob, CheckedRun>(options);
    for await (const outcome of pool.run(task, eachOf(jobs))) {
      const { job, result } = outcome;
      if (result === null || job.kind !== "whole" || !job.watched) yield outcome;
      else {
        const imports = builtins.map((name) => ({ source: `the module ${name}`, count: 1 }));
        yield { job, result: { ...result, uses: [...result.uses, ...imports] }, failure: null };
      }
    }
  }

  #codeOf(strategy: string): Promise<ThreadCode> {
    const known = this.#codes.get(strategy);
    if (known !== undefined) return known;
    const code = threadCode(strategyRoots(process.env), strategy, threadFile("check-thread.ts"));
    this.#codes.set(strategy, code);
    return code;
  }
}

async function* eachOf<Job>(jobs: readonly Job[]): AsyncGenerator<Job> {
  yield* jobs;
}
