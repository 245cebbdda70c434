import { strategyRoots } from "#local/strategies/catalog.ts";
import type { CheckedRun, CheckJob, CheckTask, CheckWorkers } from "#shared/app/check-job.ts";
import type { WorkerOutcome } from "#shared/ports/workers.ts";
import { type ThreadCode, threadCode, threadFile } from "./thread-code.ts";
import { ThreadPool } from "./thread-pool.ts";

/** A run of a check tells no progress: so long, ms, it may take as a whole. */
const SILENCE = 120_000;

/** Threads for checks of strategies in folders, a fresh one for each run. */
export class CheckThreads implements CheckWorkers {
  readonly #threads: number;
  readonly #codes = new Map<string, Promise<ThreadCode>>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  async *run(task: CheckTask, jobs: AsyncIterable<CheckJob>): AsyncGenerator<WorkerOutcome<CheckJob, CheckedRun>> {
    const { module, builtins } = await this.#codeOf(task.plan.strategy);
    const pool = new ThreadPool<CheckTask, CheckJob, CheckedRun>({
      module,
      threads: this.#threads,
      silence: SILENCE,
      jobsPerThread: 1,
    });
    for await (const outcome of pool.run(task, jobs)) {
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
