import type { LiveRunRegistry, RunRecord } from "#shared/ports/run-registry.ts";

/** Runs that live as long as the process. */
export class MemoryRunRegistry implements LiveRunRegistry {
  readonly #runs = new Map<string, RunRecord>();

  async put(record: RunRecord): Promise<void> {
    const held = this.#runs.get(record.run);
    if (held === undefined || held.version <= record.version) this.#runs.set(record.run, structuredClone(record));
  }

  async putAll(records: readonly RunRecord[]): Promise<void> {
    for (const record of records) await this.put(record);
  }

  async replace(record: RunRecord): Promise<boolean> {
    if (this.#runs.get(record.run)?.version !== record.version - 1) return false;
    await this.put(record);
    return true;
  }

  async get(run: string): Promise<RunRecord | null> {
    return this.#runs.get(run) ?? null;
  }

  async getAll(runs: readonly string[]): Promise<readonly RunRecord[]> {
    return runs.flatMap((run) => this.#runs.get(run) ?? []);
  }

  async running(): Promise<readonly RunRecord[]> {
    return (await this.list()).filter(({ status }) => status === "running");
  }

  async list(): Promise<readonly RunRecord[]> {
    return [...this.#runs.values()].sort((a, b) => b.created - a.created || (a.run < b.run ? -1 : 1));
  }
}
