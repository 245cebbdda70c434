import { parentPort, workerData } from "node:worker_threads";
import type { FromThread, ThreadData, ToThread } from "./thread-messages.ts";

/** Does a job; calls `progress` at least every second or so. */
export type DoJob<Job, Result> = (job: Job, progress: () => void) => Result | Promise<Result>;

/** Makes this thread one of a `ThreadPool`: `prepare` is given the task, once, and says how its jobs are done. */
export function serveJobs<Task, Job, Result>(prepare: (task: Task) => Promise<DoJob<Job, Result>>): void {
  const port = parentPort;
  if (port === null) throw new Error("this file runs as a worker thread, not by itself");
  const { progress } = workerData as ThreadData;
  const moved = (): void => {
    Atomics.add(progress, 0, 1);
  };
  let doJob: DoJob<Job, Result> | null = null;
  const answer = async (message: ToThread): Promise<FromThread> => {
    if (message.kind === "task") {
      doJob = await prepare(message.task as Task);
      return { kind: "ready" };
    }
    if (doJob === null) throw new Error("a job came before the task");
    return { kind: "done", result: await doJob(message.job as Job, moved) };
  };
  const serve = async (message: ToThread): Promise<void> => {
    try {
      port.postMessage(await answer(message));
    } catch (error) {
      const refused: FromThread = { kind: "refused", message: error instanceof Error ? error.message : String(error) };
      port.postMessage(refused);
    }
  };
  port.on("message", (message: ToThread) => void serve(message));
}
