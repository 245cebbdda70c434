/** States that are too large for a checkpoint's own item. A key is written with one content only, and never changed. */
export interface LargeStateStore {
  /** Resolves when the bytes will outlive a crash. Repeating it changes nothing. */
  put(key: string, state: Uint8Array): Promise<void>;
  /** Null where nothing is kept under this key. */
  get(key: string): Promise<Uint8Array | null>;
  /** Changes nothing where nothing is kept. */
  remove(key: string): Promise<void>;
}
