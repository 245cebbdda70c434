import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostEvent } from "./host-events.ts";

/** A folder for the bundles and logs of one test. */
export class TestFolder {
  readonly path: string;
  readonly events: HostEvent[] = [];
  readonly #waits = new Set<() => void>();

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<TestFolder> {
    return new TestFolder(await mkdtemp(join(tmpdir(), "host-")));
  }

  /** Writes a bundle with this source. */
  async bundle(name: string, source: string): Promise<string> {
    await mkdir(join(this.path, name), { recursive: true });
    const file = join(this.path, name, "index.mjs");
    await writeFile(file, source);
    return file;
  }

  readonly onEvent = (event: HostEvent): void => {
    this.events.push(event);
    for (const check of this.#waits) check();
  };

  /** Resolves to the first event that `wanted` accepts, at once where it was there already. */
  event(wanted: (event: HostEvent) => boolean): Promise<HostEvent> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.events.find(wanted);
        if (found === undefined) return;
        this.#waits.delete(check);
        resolve(found);
      };
      this.#waits.add(check);
      check();
    });
  }

  line(text: string): Promise<HostEvent> {
    return this.event((event) => event.kind === "line" && event.line.includes(text));
  }

  log(name: string): Promise<string> {
    return readFile(join(this.path, "logs", `${name}.log`), "utf8");
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}
