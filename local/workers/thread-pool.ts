import { Worker } from "node:worker_threads";
import type { WorkerOutcome, Workers } from "#shared/ports/workers.ts";
import type { FromThread, ThreadData, ToThread } from "./thread-messages.ts";

/** How often the progress of a thread is looked at, as a fraction of the silence that ends it. */
const LOOKS = 10;

export interface ThreadPoolOptions {
  /** JavaScript that a thread runs: a module that needs no other, and calls `serveJobs`. */
  readonly module: string;
  readonly threads: number;
  /** A thread whose job shows no progress for so long is ended, ms. */
  readonly silence: number;
  /** A thread is replaced by a fresh one after so many jobs. */
  readonly jobsPerThread: number;
}

/** Workers as threads of this process. Typed arrays on a SharedArrayBuffer in the task are shared, not copied. */
export class ThreadPool<Task, Job, Result> implements Workers<Task, Job, Result> {
  readonly #options: ThreadPoolOptions;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  async *run(task: Task, jobs: AsyncIterable<Job>): AsyncGenerator<WorkerOutcome<Job, Result>> {
    const source = jobs[Symbol.asyncIterator]();
    const outcomes: WorkerOutcome<Job, Result>[] = [];
    const seats = new Set<Seat>();
    let wake = (): void => {};
    let failure: { readonly error: unknown } | null = null;
    const work = async (seat: Seat): Promise<void> => {
      for (let next = await source.next(); next.done !== true && failure === null; next = await source.next()) {
        const job = next.value;
        const { reply, lost } = await seat.ask(job);
        if (lost === null) outcomes.push({ job, result: reply as Result, failure: null });
        else outcomes.push({ job, result: null, failure: lost });
        wake();
      }
    };
    for (let i = 0; i < this.#options.threads; i++) {
      const seat = new Seat(this.#options, task);
      seats.add(seat);
      work(seat)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          seats.delete(seat);
          void seat.close();
          wake();
        });
    }
    const all = [...seats];
    try {
      for (;;) {
        const outcome = outcomes.shift();
        if (outcome !== undefined) yield outcome;
        else if (failure !== null) throw (failure as { readonly error: unknown }).error;
        else if (seats.size === 0) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      await Promise.all(all.map((seat) => seat.close()));
    }
  }
}

/** What came of asking: the reply, or in words how it was lost. */
interface Answer {
  readonly reply: unknown;
  readonly lost: string | null;
}

/** One place of the pool, and the thread that sits on it. */
class Seat {
  readonly #options: ThreadPoolOptions;
  readonly #task: unknown;
  #thread: Worker | null = null;
  #progress = new Int32Array(new SharedArrayBuffer(4));
  #closed = false;
  /** That the present thread has done. */
  #jobs = 0;

  constructor(options: ThreadPoolOptions, task: unknown) {
    this.#options = options;
    this.#task = task;
  }

  /** Gives a job to the thread, to a new one where the last was lost. Throws Error where a thread cannot begin. */
  async ask(job: unknown): Promise<Answer> {
    if (this.#thread === null) await this.#begin();
    const answer = await this.#send({ kind: "job", job });
    if (answer.lost !== null || ++this.#jobs >= this.#options.jobsPerThread) await this.#end();
    return answer;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  async #begin(): Promise<void> {
    if (this.#closed) throw new Error("the workers were ended");
    this.#jobs = 0;
    const workerData: ThreadData = { progress: this.#progress };
    this.#thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(this.#options.module)}`), {
      workerData,
    });
    // An error that comes between two jobs would end the process if nobody listened; the next job sees the exit.
    this.#thread.on("error", () => {});
    const { lost } = await this.#send({ kind: "task", task: this.#task });
    if (lost === null) return;
    await this.#end();
    throw new Error(`a worker could not begin: ${lost}`);
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.terminate();
  }

  #send(message: ToThread): Promise<Answer> {
    const thread = this.#thread!;
    return new Promise((resolve) => {
      const watch = this.#watch(() => settle({ reply: null, lost: this.#silenceInWords() }));
      const onMessage = (reply: FromThread): void => {
        if (reply.kind === "refused") settle({ reply: null, lost: reply.message });
        else settle({ reply: reply.kind === "done" ? reply.result : null, lost: null });
      };
      const onError = (error: Error): void => settle({ reply: null, lost: crashInWords(error) });
      const onExit = (code: number): void => settle({ reply: null, lost: `its thread ended with code ${code}` });
      const settle = (answer: Answer): void => {
        clearInterval(watch);
        thread.off("message", onMessage).off("error", onError).off("exit", onExit);
        resolve(answer);
      };
      thread.on("message", onMessage).on("error", onError).on("exit", onExit);
      thread.postMessage(message);
    });
  }

  /** Calls `silent` once the thread has shown no progress for too long. */
  #watch(silent: () => void): NodeJS.Timeout {
    let seen = Atomics.load(this.#progress, 0);
    let quiet = 0;
    return setInterval(() => {
      const now = Atomics.load(this.#progress, 0);
      quiet = now === seen ? quiet + 1 : 0;
      seen = now;
      if (quiet >= LOOKS) silent();
    }, this.#options.silence / LOOKS);
  }

  #silenceInWords(): string {
    return `it showed no progress for ${this.#options.silence / 1_000} s and was ended: does a hook of the strategy never return?`;
  }
}

function crashInWords(error: Error & { readonly code?: string }): string {
  if (error.code === "ERR_WORKER_OUT_OF_MEMORY") return "its thread ran out of memory";
  return `its thread crashed: ${error.message}`;
}
