/** What became of a job: its result, or in words why there is none (its thread hung, crashed or ran out of memory). */
export type WorkerOutcome<Job, Result> =
  | { readonly job: Job; readonly result: Result; readonly failure: null }
  | { readonly job: Job; readonly result: null; readonly failure: string };

/** Workers that do jobs side by side, each with a memory and modules of its own. */
export interface Workers<Task, Job, Result> {
  /**
   * Does all jobs, in any order, and gives outcomes as they come. `task` is what the jobs share: each worker is given it
   * once. A worker that shows no progress for too long is ended and replaced, and its job has failed; so has that of one
   * that crashes. Throws Error where a worker cannot begin. Ends all workers when the caller stops asking.
   */
  run(task: Task, jobs: AsyncIterable<Job>): AsyncIterable<WorkerOutcome<Job, Result>>;
}
