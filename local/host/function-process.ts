import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { guardProcess } from "#local/servers/process-guard.ts";
import { childEnvironment, endOf } from "./child-environment.ts";
import type { LineLog } from "./line-log.ts";
import { residentBytes } from "./resident-bytes.ts";
import type { Invocation, RuntimeApi, RuntimeFault, RuntimeSession } from "./runtime-api.ts";

/** A function as the host runs it. */
export interface HostedFunction {
  readonly name: string;
  /** An ES module that exports `handler(event, context)`. */
  readonly bundlePath: string;
  readonly environment: Readonly<Record<string, string>>;
  /** An invocation that takes longer is ended with its process. */
  readonly timeoutMs: number;
  /** A process that holds more is ended. */
  readonly memoryMb: number;
  /** Processes at most for each of its triggers, each with one invocation at a time. */
  readonly concurrency: number;
}

const CLIENT = fileURLToPath(new URL("runtime-client.mjs", import.meta.url));
const DEFAULT_REGION = "us-east-1";
/** Loading a bundle takes far less, on a loaded machine too. */
const INIT_TIMEOUT_MS = 30_000;
/** From its answer until it asks for its next invocation, a process takes a millisecond; on a loaded machine more. */
const NEXT_TIMEOUT_MS = 10_000;
const GRACE_MS = 500;
const MEMORY_CHECK_MS = 100;
const MEGABYTE = 1 << 20;

interface Job {
  readonly invocation: Invocation;
  readonly timer: NodeJS.Timeout;
  resolve(result: string): void;
  reject(error: Error): void;
}

/** One process of a function: loads its bundle, then runs invocations one after the other until it ends. */
export class FunctionProcess implements RuntimeSession {
  readonly processId: number;
  /** Resolves when it is ready for its first invocation, or gone. */
  readonly started: Promise<void>;
  /** Resolves when it is gone, to how it ended. */
  readonly ended: Promise<{ readonly how: string }>;
  readonly #spec: HostedFunction;
  readonly #child: ChildProcess;
  readonly #watch: NodeJS.Timeout;
  readonly #onIdle: () => void;
  /** Answers the process that asks for an invocation. */
  #hand: ((invocation: Invocation) => void) | null = null;
  #job: Job | null = null;
  /** Ends a process that has answered, and does not ask for its next invocation. */
  #resting: NodeJS.Timeout | null = null;
  #ready = false;
  #onReady: () => void = () => {};
  /** Why this host ended it, or what it said itself. */
  #reason: string | null = null;

  /** `onIdle` is called each time that it becomes idle. */
  constructor(spec: HostedFunction, api: RuntimeApi, log: LineLog, onIdle: () => void) {
    this.#spec = spec;
    this.#onIdle = onIdle;
    const path = api.admit(this);
    this.#child = spawnClient(spec, path.address);
    log.follow(this.#child.stdout!);
    log.follow(this.#child.stderr!);
    this.processId = this.#child.pid ?? 0;
    guardProcess(this.#child);
    const overdue = setTimeout(() => this.kill(`did not load within ${INIT_TIMEOUT_MS} ms`), INIT_TIMEOUT_MS);
    this.#watch = setInterval(() => void this.#checkMemory(), MEMORY_CHECK_MS);
    this.started = new Promise((resolve) => {
      this.#onReady = () => {
        clearTimeout(overdue);
        resolve();
      };
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        path.dismiss();
        this.#reason ??= how;
        this.#onReady();
        this.#end(this.#reason);
        resolve({ how: this.#reason });
      };
      this.#child.once("exit", (code, signal) => end(endOf(code, signal)));
      this.#child.once("error", (error) => end(`could not be started: ${error.message}`));
    });
  }

  /** Whether it ever was ready for an invocation. */
  get ready(): boolean {
    return this.#ready;
  }

  /** It asks for an invocation. */
  get idle(): boolean {
    return this.#hand !== null && this.#reason === null && this.#child.exitCode === null;
  }

  /** It has an invocation. */
  get busy(): boolean {
    return this.#job !== null;
  }

  /** Runs one invocation; only while not busy. `event` and the result are JSON text. Rejects where it fails. */
  invoke(event: string): Promise<string> {
    const { name, timeoutMs, environment } = this.#spec;
    const region = environment["AWS_REGION"] ?? DEFAULT_REGION;
    const invocation = {
      requestId: randomUUID(),
      event,
      deadline: Date.now() + timeoutMs,
      functionArn: `arn:aws:lambda:${region}:000000000000:function:${name}`,
    };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.kill(`timed out after ${timeoutMs} ms`), timeoutMs);
      this.#job = { invocation, timer, resolve, reject };
      this.#hand?.(invocation);
      this.#hand = null;
    });
  }

  /** Ends the process as a crash would; its invocation fails with `reason`. */
  kill(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill("SIGKILL");
  }

  next(): Promise<Invocation> {
    this.#ready = true;
    this.#onReady();
    this.#rest(null);
    return new Promise((resolve) => {
      if (this.#job !== null) return resolve(this.#job.invocation);
      this.#hand = resolve;
      this.#onIdle();
    });
  }

  succeeded(requestId: string, result: string): boolean {
    return this.#finish(requestId, (job) => job.resolve(result));
  }

  failed(requestId: string, fault: RuntimeFault): boolean {
    return this.#finish(requestId, (job) => job.reject(new Error(textOf(fault))));
  }

  initFailed(fault: RuntimeFault): void {
    this.#reason ??= `could not be loaded: ${textOf(fault)}`;
  }

  #finish(requestId: string, settle: (job: Job) => void): boolean {
    const job = this.#job;
    if (job?.invocation.requestId !== requestId) return false;
    clearTimeout(job.timer);
    this.#job = null;
    // No longer than an invocation may take.
    this.#rest(Math.min(NEXT_TIMEOUT_MS, this.#spec.timeoutMs));
    settle(job);
    return true;
  }

  /** Ends the process after `ms`; null: not any more. */
  #rest(ms: number | null): void {
    if (this.#resting !== null) clearTimeout(this.#resting);
    if (ms === null) {
      this.#resting = null;
      return;
    }
    const resting = setTimeout(() => {
      // After this host stood still, timers come before what it was asked meanwhile.
      setTimeout(() => {
        if (this.#resting === resting) this.kill(`did not ask for its next invocation within ${ms} ms of its answer`);
      }, GRACE_MS);
    }, ms);
    this.#resting = resting;
  }

  #end(how: string): void {
    clearInterval(this.#watch);
    this.#rest(null);
    const job = this.#job;
    if (job === null) return;
    clearTimeout(job.timer);
    this.#job = null;
    job.reject(new Error(`The process of function '${this.#spec.name}' ${how}`));
  }

  async #checkMemory(): Promise<void> {
    // Idle, it takes no more than it has.
    if (this.idle) return;
    const bytes = await residentBytes(this.processId);
    const { memoryMb } = this.#spec;
    if (bytes === null || bytes <= memoryMb * MEGABYTE) return;
    this.kill(`was ended as it held ${Math.ceil(bytes / MEGABYTE)} MB of memory, and may have ${memoryMb} MB`);
  }
}

function spawnClient({ name, bundlePath, environment, memoryMb }: HostedFunction, address: string): ChildProcess {
  const region = environment["AWS_REGION"] ?? DEFAULT_REGION;
  const provided = {
    AWS_LAMBDA_RUNTIME_API: address,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${new Date().toISOString().slice(0, 10).replaceAll("-", "/")}/[$LATEST]${randomUUID()}`,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    LAMBDA_TASK_ROOT: dirname(bundlePath),
    _HANDLER: "index.handler",
  };
  // As Lambda's own start of Node shares the memory out.
  const heapMb = Math.floor(memoryMb * 0.9);
  return spawn(process.execPath, [`--max-old-space-size=${heapMb}`, CLIENT, bundlePath], {
    cwd: dirname(bundlePath),
    env: childEnvironment({ ...environment, ...provided }),
    // A terminal's Ctrl-C is for the host, which lets batches end.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function textOf({ errorType, errorMessage }: RuntimeFault): string {
  return `${errorType}: ${errorMessage}`;
}
