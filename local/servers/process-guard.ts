import { type ChildProcess, spawn } from "node:child_process";

/**
 * Kills a child when this process ends, however it ends: the pipe between this one and the guard breaks then. Call it as
 * soon as the child is started.
 */
export function guardProcess(child: ChildProcess): void {
  const script = 'read -r line; kill -9 "$1"';
  const guard = spawn("/bin/sh", ["-c", script, "sh", String(child.pid)], {
    // Not to be ended by a terminal's Ctrl-C before its time.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  child.once("exit", () => guard.kill("SIGKILL"));
}
