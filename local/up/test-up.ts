import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { MILLRACE } from "#local/cli/test-command.ts";

/** Of commands that are to find the servers by themselves. */
export const NO_STORE = "";
/** How long `up` takes on a loaded machine at most, ms. */
export const START_MS = 150_000;

/** `millrace up` that a test started. */
export interface RunningUp {
  readonly processId: number;
  /** What it wrote so far. */
  readonly screen: () => string;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

/** What was started and may still run, by process id. */
const started = new Set<number>();

/** Starts `millrace up` in a folder as a user would, and waits until it runs, or ends. */
export async function startUpCommand(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningUp> {
  const child = spawn(process.execPath, [MILLRACE, "up"], {
    cwd: folder,
    env: { ...process.env, MILLRACE_STORE: NO_STORE, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let screen = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      screen += text;
    });
  }
  let over = false;
  const ended = new Promise<number | null>((resolve) =>
    child.once("close", (code) => {
      over = true;
      started.delete(child.pid!);
      resolve(code);
    }),
  );
  started.add(child.pid!);
  const deadline = performance.now() + START_MS;
  while (!over && !screen.includes("Millrace runs.")) {
    if (performance.now() > deadline) throw new Error(`it does not run:\n${screen}`);
    await sleep(100);
  }
  return { processId: child.pid!, screen: () => screen, ended };
}

/** Kills what a test left running, and waits for all that goes with it. */
export async function killStarted(): Promise<void> {
  for (const processId of started) {
    try {
      process.kill(processId, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
  await sleep(500);
}
