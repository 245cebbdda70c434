import { spawn } from "node:child_process";
import type { FromThread, ToThread } from "./thread-messages.ts";

/** What came of a job: its result, or in words how it was lost. */
export type ProcessOutcome<Result> =
  | { readonly result: Result; readonly failure: null }
  | { readonly result: null; readonly failure: string };

/**
 * Does one job in a process of its own, which is ended with it, at the latest after `patience` ms. `module`: JavaScript
 * that needs no other module, and calls `serveJobs`. Nothing in `task` and `job` may lie on shared memory.
 */
export function runInProcess<Result>(
  module: string,
  task: unknown,
  job: unknown,
  patience: number,
): Promise<ProcessOutcome<Result>> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--input-type=module", "-"], {
      stdio: ["pipe", "ignore", "inherit", "ipc"],
      serialization: "advanced",
    });
    const settle = (outcome: ProcessOutcome<Result>): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      resolve(outcome);
    };
    const lose = (failure: string): void => settle({ result: null, failure });
    const timer = setTimeout(() => lose(`its process was not done after ${patience / 1_000} s`), patience);
    const tell = (message: ToThread): void => {
      child.send(message, (error) => {
        if (error !== null) lose(`its process takes no messages: ${error.message}`);
      });
    };
    child.on("message", (reply: FromThread) => {
      if (reply.kind === "ready") tell({ kind: "job", job });
      else if (reply.kind === "done") settle({ result: reply.result as Result, failure: null });
      else lose(reply.message);
    });
    child.on("error", (error) => lose(`its process could not be started: ${error.message}`));
    child.on("exit", (code, signal) => lose(`its process ended with ${code ?? signal}`));
    // The process may be gone before it has read all; its exit tells that.
    child.stdin?.on("error", () => {}).end(module);
    tell({ kind: "task", task });
  });
}
