import type { Checkpoint, CheckpointStore, StoredCheckpoint } from "#shared/ports/checkpoint-store.ts";
import { checkKey } from "#shared/wire/key-limit.ts";

/** Checkpoints that live as long as the process. */
export class MemoryCheckpointStore implements CheckpointStore {
  readonly #stages = new Map<string, Map<string, StoredCheckpoint>>();

  async load(stage: string, key: string): Promise<StoredCheckpoint | null> {
    checkKey(key);
    const held = this.#stages.get(stage)?.get(key);
    return held === undefined ? null : copyOf(held, held.version);
  }

  async commit(stage: string, key: string, expectedVersion: number, checkpoint: Checkpoint): Promise<boolean> {
    checkKey(key);
    const held = this.#stages.get(stage) ?? new Map<string, StoredCheckpoint>();
    if ((held.get(key)?.version ?? 0) !== expectedVersion) return false;
    held.set(key, copyOf(checkpoint, expectedVersion + 1));
    this.#stages.set(stage, held);
    return true;
  }

  async keys(stage: string): Promise<readonly string[]> {
    return [...(this.#stages.get(stage)?.keys() ?? [])].sort();
  }

  async remove(stage: string, key: string): Promise<void> {
    this.#stages.get(stage)?.delete(key);
  }
}

function copyOf({ schema, state, fence }: Checkpoint, version: number): StoredCheckpoint {
  return { schema, state: state.slice(), fence: fence.map((entry) => ({ ...entry })), version };
}
