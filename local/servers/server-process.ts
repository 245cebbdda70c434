import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { guardProcess } from "./process-guard.ts";

/** A server of this machine, started by this process. */
export interface ServerProcess {
  readonly processId: number;
  /** What the server prints. */
  readonly logFile: string;
  /** Resolves when the server is gone, whoever ended it. */
  readonly ended: Promise<void>;
  /**
   * Asks the server to end, and kills it after `deadlineMs`, 10 s unless told otherwise. Resolves when it is gone, at
   * once where it is gone already.
   */
  stop(deadlineMs?: number): Promise<void>;
  /** Kills the server as a crash would: kill -9. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** How to start a server and to know that it serves. */
export interface ServerCommand {
  /** As users know it, for messages. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Appended to. */
  readonly logFile: string;
  /** Asks the server; true once it serves. A rejection counts as false. */
  readonly healthy: () => Promise<boolean>;
}

/** A start takes 5 to 15 s on a loaded two-core machine, recovery of a large log longer. */
const START_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 10_000;
const ASK_AGAIN_MS = 50;

/**
 * Starts a server and waits until it serves. It ends with this process at the latest. Throws Error with the end of its
 * log where it exits, or does not serve within two minutes.
 */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  await mkdir(dirname(command.logFile), { recursive: true });
  const log = await open(command.logFile, "a");
  let child: ChildProcess;
  let gone: Promise<void>;
  try {
    child = spawn(command.file, command.args, {
      env: { ...process.env, ...command.environment },
      stdio: ["ignore", log.fd, log.fd],
      // A terminal's Ctrl-C is for who started the servers: that one stops them in their order.
      detached: true,
    });
    // From the start: it may be gone before it is asked for.
    gone = new Promise((resolve) => child.once("exit", () => resolve()));
    await once(child, "spawn");
  } finally {
    await log.close();
  }
  const server = handleOf(child, gone, command.logFile);
  try {
    await untilHealthy(child, command);
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}

function handleOf(child: ChildProcess, gone: Promise<void>, logFile: string): ServerProcess {
  const killNow = (): void => void child.kill("SIGKILL");
  guardProcess(child);
  return {
    processId: child.pid!,
    logFile,
    ended: gone,
    async stop(deadlineMs = STOP_DEADLINE_MS) {
      child.kill("SIGTERM");
      const deadline = setTimeout(killNow, deadlineMs);
      await gone;
      clearTimeout(deadline);
    },
    async kill() {
      killNow();
      await gone;
    },
  };
}

async function untilHealthy(child: ChildProcess, { name, logFile, healthy }: ServerCommand): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const how = child.exitCode === null ? `by ${child.signalCode}` : `with code ${child.exitCode}`;
      throw new Error(`${name} ended ${how} while starting; see ${logFile}:\n${await endOf(logFile)}`);
    }
    if (await healthy().catch(() => false)) return;
    if (performance.now() > deadline) {
      throw new Error(
        `${name} did not serve within ${START_DEADLINE_MS / 1_000} s; see ${logFile}:\n${await endOf(logFile)}`,
      );
    }
    await sleep(ASK_AGAIN_MS);
  }
}

/** The last lines of a log. */
async function endOf(logFile: string): Promise<string> {
  return (await readFile(logFile, "utf8")).trim().split("\n").slice(-15).join("\n");
}
