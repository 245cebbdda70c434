import type { Checkpoint, CheckpointStore, StoredCheckpoint } from "#shared/ports/checkpoint-store.ts";

interface Held {
  readonly stage: string;
  readonly key: string;
  /** Version in the store behind; 0 where it has none. */
  base: number;
  current: StoredCheckpoint | null;
}

/**
 * Checkpoints that reach the store behind only when `flush` is called, the stages named first before the others.
 *
 * A log in memory forgets what its functions have published when the process dies. A state may therefore only be kept
 * once everything that it published was used up: until then a restart goes on from the state before, the source sends
 * its records again, and they cause the same again. Stages late in the chain go first, as being ahead of their input is
 * harmless: they skip what they know.
 */
export class DeferredCheckpoints implements CheckpointStore {
  readonly #store: CheckpointStore;
  readonly #order: readonly string[];
  readonly #held = new Map<string, Held>();
  readonly #changed = new Set<Held>();

  /** `order`: stages from the end of the chain to its start. */
  constructor(store: CheckpointStore, order: readonly string[]) {
    this.#store = store;
    this.#order = order;
  }

  async load(stage: string, key: string): Promise<StoredCheckpoint | null> {
    return (await this.#hold(stage, key)).current;
  }

  async commit(stage: string, key: string, expectedVersion: number, checkpoint: Checkpoint): Promise<boolean> {
    const held = await this.#hold(stage, key);
    if ((held.current?.version ?? 0) !== expectedVersion) return false;
    held.current = { ...checkpoint, version: expectedVersion + 1 };
    this.#changed.add(held);
    return true;
  }

  async keys(stage: string): Promise<readonly string[]> {
    const held = [...this.#held.values()].filter((each) => each.stage === stage && each.current !== null);
    return [...new Set([...(await this.#store.keys(stage)), ...held.map(({ key }) => key)])].sort();
  }

  async remove(stage: string, key: string): Promise<void> {
    const held = this.#held.get(`${stage} ${key}`);
    if (held !== undefined) this.#changed.delete(held);
    this.#held.delete(`${stage} ${key}`);
    await this.#store.remove(stage, key);
  }

  /** Writes what was committed since the last flush. Throws Error where another process has written meanwhile. */
  async flush(): Promise<void> {
    const place = ({ stage }: Held): number => this.#order.indexOf(stage);
    for (const held of [...this.#changed].sort((a, b) => place(a) - place(b))) {
      const { stage, key, base } = held;
      const current = held.current!;
      if (!(await this.#store.commit(stage, key, base, current))) {
        throw new Error(`another process has written the state of ${stage} ${key}: only one may run on a store`);
      }
      held.base = base + 1;
      held.current = { ...current, version: base + 1 };
      this.#changed.delete(held);
    }
  }

  async #hold(stage: string, key: string): Promise<Held> {
    const name = `${stage} ${key}`;
    const known = this.#held.get(name);
    if (known !== undefined) return known;
    const current = await this.#store.load(stage, key);
    const held: Held = { stage, key, base: current?.version ?? 0, current };
    this.#held.set(name, held);
    return held;
  }
}
