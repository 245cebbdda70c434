import { type ChildProcess, spawn } from "node:child_process";
import { dirname } from "node:path";
import { guardProcess } from "#local/servers/process-guard.ts";
import { backOffMs } from "./back-off.ts";
import { childEnvironment, endOf } from "./child-environment.ts";
import type { OnHostEvent } from "./host-events.ts";
import type { LineLog } from "./line-log.ts";
import { residentBytes } from "./resident-bytes.ts";

/** A program that runs for as long as the host does. */
export interface HostedTask {
  readonly name: string;
  /** An ES module, which is the program. It ends itself when it gets SIGTERM. */
  readonly bundlePath: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How a task does. */
export interface TaskStatus {
  readonly name: string;
  /** Null while it is not running. */
  readonly processId: number | null;
  readonly rss: number | null;
  readonly restarts: number;
  /** How it ended last; null where it never did. */
  readonly lastEnd: string | null;
}

/** One that ran for as long as this is started again at once, ms. */
const HEALTHY_MS = 10_000;
/** Time from SIGTERM to SIGKILL, ms. */
const STOP_MS = 10_000;

/** Keeps a task running: it is started again whenever it ends, with growing pauses where it ends soon. */
export class Task {
  readonly #spec: HostedTask;
  readonly #log: LineLog;
  readonly #onEvent: OnHostEvent;
  #child: ChildProcess | null = null;
  #pause: NodeJS.Timeout | undefined;
  #ended: Promise<void> = Promise.resolve();
  #stopped = false;
  #restarts = 0;
  #shortRuns = 0;
  #lastEnd: string | null = null;

  constructor(spec: HostedTask, log: LineLog, onEvent: OnHostEvent) {
    this.#spec = spec;
    this.#log = log;
    this.#onEvent = onEvent;
  }

  start(): void {
    const { name, bundlePath, environment } = this.#spec;
    const began = performance.now();
    const child = spawn(process.execPath, [bundlePath], {
      cwd: dirname(bundlePath),
      env: childEnvironment(environment),
      // A terminal's Ctrl-C is for the host, which asks the task to end.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    guardProcess(child);
    this.#log.follow(child.stdout);
    this.#log.follow(child.stderr);
    this.#child = child;
    const processId = child.pid ?? 0;
    this.#onEvent({ kind: "process-started", name, processId });
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#child = null;
        this.#lastEnd = how;
        this.#onEvent({ kind: "process-ended", name, processId, how, wanted: this.#stopped });
        if (!this.#stopped) this.#startAgain(performance.now() - began);
        resolve();
      };
      child.once("exit", (code, signal) => end(endOf(code, signal)));
      child.once("error", (error) => end(`could not be started: ${error.message}`));
    });
  }

  /** Asks it to end, and kills it after 10 s. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#pause);
    const child = this.#child;
    child?.kill("SIGTERM");
    const kill = setTimeout(() => child?.kill("SIGKILL"), STOP_MS);
    await this.#ended;
    clearTimeout(kill);
  }

  async status(): Promise<TaskStatus> {
    const processId = this.#child?.pid ?? null;
    return {
      name: this.#spec.name,
      processId,
      rss: processId === null ? null : await residentBytes(processId),
      restarts: this.#restarts,
      lastEnd: this.#lastEnd,
    };
  }

  #startAgain(ranMs: number): void {
    this.#restarts++;
    this.#shortRuns = ranMs < HEALTHY_MS ? this.#shortRuns + 1 : 0;
    this.#pause = setTimeout(() => this.start(), this.#shortRuns === 0 ? 0 : backOffMs(this.#shortRuns));
  }
}
