import { strategyRoots } from "#local/strategies/catalog.ts";
import type { SweepFigures, SweepJob, SweepTask, SweepWorkers } from "#shared/app/sweep-job.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { WorkerOutcome } from "#shared/ports/workers.ts";
import { threadCode, threadFile } from "./thread-code.ts";
import { ThreadPool } from "./thread-pool.ts";

/** A few thousand bars never take so long, ms: whoever needs it does not come back. */
const SILENCE = 10_000;

/** Threads for sweeps of strategies in folders. */
export class SweepThreads implements SweepWorkers {
  readonly #threads: number;
  readonly #silence: number;

  /** `silence`: a set that shows no progress for so long, ms, is given up. */
  constructor(threads: number, silence: number = SILENCE) {
    this.#threads = threads;
    this.#silence = silence;
  }

  async *run(task: SweepTask, jobs: AsyncIterable<SweepJob>): AsyncGenerator<WorkerOutcome<SweepJob, SweepFigures>> {
    const code = await threadCode(strategyRoots(process.env), task.strategy, threadFile("sweep-thread.ts"));
    if (code.bundleHash !== task.bundleHash) {
      throw new InputError("conflict", `strategy ${task.strategy} was changed while the sweep began: begin it again`);
    }
    yield* new ThreadPool<SweepTask, SweepJob, SweepFigures>({
      module: code.module,
      threads: this.#threads,
      silence: this.#silence,
      jobsPerThread: Number.POSITIVE_INFINITY,
    }).run(task, jobs);
  }
}
