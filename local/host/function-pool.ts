import { backOffMs } from "./back-off.ts";
import { FunctionProcess, type HostedFunction } from "./function-process.ts";
import type { OnHostEvent } from "./host-events.ts";
import type { LineLog } from "./line-log.ts";
import { residentBytes } from "./resident-bytes.ts";
import type { RuntimeApi } from "./runtime-api.ts";

/** How processes of a function do. */
export interface PoolStatus {
  /** Of each process: its id, whether it works, and its memory in bytes, null where the system does not tell. */
  readonly processes: readonly { readonly processId: number; readonly busy: boolean; readonly rss: number | null }[];
  /** Invocations that wait for a process. */
  readonly waiting: number;
  readonly invocations: number;
  readonly failures: number;
  /** Processes that ended and were not asked to. */
  readonly restarts: number;
  readonly lastEnd: LastEnd | null;
}

/** How the process ended that ended last, and when, ms UTC. */
export interface LastEnd {
  readonly how: string;
  readonly time: number;
}

interface Job {
  readonly event: string;
  resolve(result: string): void;
  reject(error: Error): void;
}

/**
 * Processes of one function for one of its triggers: started when they are needed, and replaced when they end. Those that
 * end before they are ready are started again with growing pauses.
 */
export class FunctionPool {
  readonly #spec: HostedFunction;
  readonly #api: RuntimeApi;
  readonly #log: LineLog;
  readonly #onEvent: OnHostEvent;
  readonly #processes = new Set<FunctionProcess>();
  readonly #jobs: Job[] = [];
  readonly #counters = { invocations: 0, failures: 0, restarts: 0 };
  #lastEnd: LastEnd | null = null;
  /** Ends in a row without a process that was ready. */
  #initFailures = 0;
  #pause: NodeJS.Timeout | null = null;
  #stopped = false;
  readonly #idleMs: number | null;
  /** When processes without work are ended. */
  readonly #endings = new Map<FunctionProcess, NodeJS.Timeout>();
  /** Processes that are being ended as they had no work. */
  readonly #unneeded = new Set<FunctionProcess>();

  /** `idleMs`: a process that has had no work for so long is ended; null: they are kept. */
  constructor(spec: HostedFunction, api: RuntimeApi, log: LineLog, onEvent: OnHostEvent, idleMs: number | null = null) {
    this.#idleMs = idleMs;
    this.#spec = spec;
    this.#api = api;
    this.#log = log;
    this.#onEvent = onEvent;
  }

  /** Starts a first process. Resolves when it is ready, or gone. */
  async warm(): Promise<void> {
    if (this.#processes.size === 0 && !this.#stopped) await this.#start().started;
  }

  /** Runs the function; `event` and the result are JSON text. Rejects where it fails, for whatever reason. */
  async invoke(event: string): Promise<string> {
    if (this.#stopped) throw new Error(`Function '${this.#spec.name}' is stopped`);
    this.#counters.invocations++;
    try {
      return await new Promise<string>((resolve, reject) => {
        this.#jobs.push({ event, resolve, reject });
        this.#serve();
      });
    } catch (error) {
      this.#counters.failures++;
      throw error;
    }
  }

  async status(): Promise<PoolStatus> {
    const processes = [...this.#processes].map(async (each) => {
      return { processId: each.processId, busy: !each.idle, rss: await residentBytes(each.processId) };
    });
    return {
      processes: await Promise.all(processes),
      waiting: this.#jobs.length,
      ...this.#counters,
      lastEnd: this.#lastEnd,
    };
  }

  /** Ends all processes at once; what they work on fails. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#pause !== null) clearTimeout(this.#pause);
    const gone = [...this.#processes].map((each) => {
      each.kill("was ended with the host");
      return each.ended;
    });
    for (const job of this.#jobs.splice(0)) job.reject(new Error(`Function '${this.#spec.name}' is stopped`));
    await Promise.all(gone);
  }

  #serve(): void {
    for (const each of this.#processes) {
      if (!each.idle) continue;
      if (this.#jobs.length > 0) this.#run(each, this.#jobs.shift()!);
      else this.#endLater(each);
    }
    if (this.#jobs.length === 0) return;
    if (this.#pause !== null || this.#stopped) return;
    // Those that start, and those that have answered and ask for more in a moment.
    const coming = [...this.#processes].filter(({ idle, busy }) => !idle && !busy).length;
    const room = this.#spec.concurrency - this.#processes.size;
    for (let i = 0; i < Math.min(this.#jobs.length - coming, room); i++) this.#start();
  }

  #endLater(each: FunctionProcess): void {
    const idleMs = this.#idleMs;
    if (idleMs === null || this.#endings.has(each)) return;
    const end = (): void => {
      this.#unneeded.add(each);
      each.kill(`had no work for ${idleMs / 1_000} s`);
    };
    this.#endings.set(each, setTimeout(end, idleMs));
  }

  #run(each: FunctionProcess, { event, resolve, reject }: Job): void {
    clearTimeout(this.#endings.get(each));
    this.#endings.delete(each);
    each.invoke(event).then(resolve, reject);
  }

  #start(): FunctionProcess {
    const { name } = this.#spec;
    const started = new FunctionProcess(this.#spec, this.#api, this.#log, () => {
      this.#initFailures = 0;
      this.#serve();
    });
    const { processId } = started;
    this.#processes.add(started);
    this.#onEvent({ kind: "process-started", name, processId });
    void started.ended.then(({ how }) => {
      this.#processes.delete(started);
      clearTimeout(this.#endings.get(started));
      this.#endings.delete(started);
      const wanted = this.#stopped || this.#unneeded.delete(started);
      this.#onEvent({ kind: "process-ended", name, processId, how, wanted });
      if (this.#stopped) return;
      if (wanted) return this.#serve();
      this.#counters.restarts++;
      this.#lastEnd = { how, time: Date.now() };
      if (!started.ready) this.#failedToStart(how);
      this.#serve();
    });
    return started;
  }

  /** The invocation that waits longest learns why, and no other process is started for a while. */
  #failedToStart(how: string): void {
    this.#jobs.shift()?.reject(new Error(`The process of function '${this.#spec.name}' ${how}`));
    const pause = setTimeout(
      () => {
        this.#pause = null;
        this.#serve();
      },
      backOffMs(++this.#initFailures),
    );
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = pause;
  }
}
