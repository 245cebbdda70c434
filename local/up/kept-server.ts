import { setTimeout as sleep } from "node:timers/promises";
import type { ServerProcess } from "#local/servers/server-process.ts";

/** What happens to a server that is kept running, in words for a person. */
export type ServerListener = (name: string, what: string) => void;

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** A server that ran for so long is not one that cannot start, ms. */
const SETTLED_MS = 60_000;

/** A server that is started again, with growing pauses, whenever it ends by itself. */
export class KeptServer<Server extends ServerProcess> {
  /** As it was first started: a restart keeps ports, users and passwords. */
  readonly server: Server;
  readonly #name: string;
  readonly #start: () => Promise<Server>;
  readonly #tell: ServerListener;
  readonly #stopping = new AbortController();
  readonly #kept: Promise<void>;
  #current: Server;

  private constructor(name: string, start: () => Promise<Server>, server: Server, tell: ServerListener) {
    this.#name = name;
    this.#start = start;
    this.#tell = tell;
    this.server = server;
    this.#current = server;
    this.#kept = this.#keep();
  }

  /** Throws what `start` throws. */
  static async start<S extends ServerProcess>(
    name: string,
    start: () => Promise<S>,
    tell: ServerListener,
  ): Promise<KeptServer<S>> {
    return new KeptServer(name, start, await start(), tell);
  }

  /** Resolves when the server is gone for good. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current.stop();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    let wait = FIRST_WAIT_MS;
    let since = performance.now();
    for (;;) {
      await this.#current.ended;
      if (signal.aborted) return;
      if (performance.now() - since > SETTLED_MS) wait = FIRST_WAIT_MS;
      this.#tell(this.#name, `ended by itself: starting it again in ${wait / 1_000} s (log: ${this.#current.logFile})`);
      do {
        await sleep(wait, undefined, { signal }).catch(() => {});
        wait = Math.min(2 * wait, LONGEST_WAIT_MS);
      } while (!signal.aborted && !(await this.#startAgain(wait)));
      if (signal.aborted) return;
      since = performance.now();
    }
  }

  async #startAgain(nextWait: number): Promise<boolean> {
    const began = performance.now();
    try {
      this.#current = await this.#start();
    } catch (error) {
      const [line] = (error as Error).message.split("\n");
      this.#tell(this.#name, `does not start: trying again in ${nextWait / 1_000} s (${line})`);
      return false;
    }
    if (this.#stopping.signal.aborted) await this.#current.stop();
    else this.#tell(this.#name, `is back, after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    return true;
  }
}
