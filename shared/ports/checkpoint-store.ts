/** How far one partition is folded. A record below `nextOffset` that was appended after `appendTime` means a recreated topic. */
export interface FenceEntry {
  readonly topic: string;
  readonly partition: number;
  /** Raised by an operator when the topic was recreated. */
  readonly epoch: number;
  readonly nextOffset: number;
  /** Greatest append time folded, ms UTC. */
  readonly appendTime: number;
}

/** State and fence of one stage and key (instrument or run), committed together. */
export interface Checkpoint {
  /** Schema of `state`, owned by the stage. */
  readonly schema: number;
  readonly state: Uint8Array;
  readonly fence: readonly FenceEntry[];
}

export interface StoredCheckpoint extends Checkpoint {
  /** Counts commits, from 1. */
  readonly version: number;
}

/** `load` and `commit` throw InputError 'usage' for a key that is empty or longer than `LONGEST_KEY`. */
export interface CheckpointStore {
  /** Null where nothing was committed. */
  load(stage: string, key: string): Promise<StoredCheckpoint | null>;
  /**
   * Commits if the stored version is still `expectedVersion` (0: none stored); resolves to false, and changes nothing,
   * if another was faster.
   */
  commit(stage: string, key: string, expectedVersion: number, checkpoint: Checkpoint): Promise<boolean>;
  /** Keys of a stage, sorted. */
  keys(stage: string): Promise<readonly string[]>;
  /** Forgets what is stored of a stage and key; a later commit begins at version 0 again. */
  remove(stage: string, key: string): Promise<void>;
}
