import type { SweepWorkers } from "#shared/app/sweep-job.ts";
import { ThreadPool } from "./thread-pool.ts";

/** A strategy that is given no time to end by itself must be stuck: so long, ms, a few thousand bars never take. */
const SILENCE = 10_000;

/** Threads for sweeps. */
export function sweepThreads(threads: number, silence: number = SILENCE): SweepWorkers {
  return new ThreadPool({ entry: new URL("sweep-thread.ts", import.meta.url), threads, silence });
}
