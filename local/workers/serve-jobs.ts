import { parentPort, workerData } from "node:worker_threads";
import type { FromThread, ThreadData, ToThread } from "./thread-messages.ts";

/** Does a job; calls `progress` at least every second or so. */
export type DoJob<Job, Result> = (job: Job, progress: () => void) => Result | Promise<Result>;

/**
 * Makes this thread one of a `ThreadPool`, or this process one of `runInProcess`: `prepare` is given the task, once, and
 * says how its jobs are done. `handOver` names the memory of a result that the thread needs no more: it goes without a
 * copy.
 */
export function serveJobs<Task, Job, Result>(
  prepare: (task: Task) => Promise<DoJob<Job, Result>>,
  handOver: (result: Result) => readonly ArrayBufferLike[] = () => [],
): void {
  const port = portOf();
  const data = workerData as ThreadData | null;
  const moved = (): void => {
    if (data !== null) Atomics.add(data.progress, 0, 1);
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
      const answered = await answer(message);
      const memory = answered.kind === "done" ? handOver(answered.result as Result) : [];
      port.post(
        answered,
        memory.filter((each) => each instanceof ArrayBuffer),
      );
    } catch (error) {
      const refused: FromThread = { kind: "refused", message: error instanceof Error ? error.message : String(error) };
      port.post(refused, []);
    }
  };
  port.listen((message) => void serve(message));
}

interface Port {
  post(message: FromThread, memory: readonly ArrayBuffer[]): void;
  listen(take: (message: ToThread) => void): void;
}

/** The way to whoever started this thread, or this process. */
function portOf(): Port {
  if (parentPort !== null) {
    const port = parentPort;
    return {
      post: (message, memory) => port.postMessage(message, [...memory]),
      listen: (take) => port.on("message", take),
    };
  }
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error("this module serves whoever started it, and cannot run by itself");
  return { post: (message) => send(message), listen: (take) => process.on("message", take) };
}
