import type { RunRecord, RunRegistry } from "#shared/ports/run-registry.ts";

/** Runs that live as long as the process. */
export class MemoryRunRegistry implements RunRegistry {
  readonly #runs = new Map<string, RunRecord>();

  async put(record: RunRecord): Promise<void> {
    this.#runs.set(record.run, structuredClone(record));
  }

  async get(run: string): Promise<RunRecord | null> {
    return this.#runs.get(run) ?? null;
  }

  async list(): Promise<readonly RunRecord[]> {
    return [...this.#runs.values()].sort((a, b) => b.created - a.created || (a.run < b.run ? -1 : 1));
  }
}
