import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";

/** A bundle in a process of its own, invoked without the host: by a second event source. */
export class BundleProcess {
  readonly #child: ChildProcess;

  constructor(bundle: string, environment: Readonly<Record<string, string>>) {
    this.#child = fork(join(import.meta.dirname, "serve-bundle.ts"), [bundle], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  }

  /** Rejects where the function fails, or its process ends. One at a time. */
  async invoke(event: KafkaEvent): Promise<void> {
    const ended = new AbortController();
    this.#child.send(event);
    const answer = once(this.#child, "message", { signal: ended.signal });
    const exit = once(this.#child, "exit", { signal: ended.signal }).then(() => [{ error: "its process ended" }]);
    try {
      const [{ error }] = (await Promise.race([answer, exit])) as [{ error: string | null }];
      if (error !== null) throw new Error(error);
    } finally {
      ended.abort();
      await Promise.allSettled([answer, exit]);
    }
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
