/** A store opened for one test. */
export interface Opened<Store> {
  readonly store: Store;
  close(): Promise<void>;
  /** Closes the store and opens another on what it kept; only where the adapter is durable. */
  reopen?(): Promise<Store>;
}

export type Open<Store> = () => Promise<Opened<Store>>;

/** Runs `test` on a fresh store, which is closed whatever happens. */
export async function withStore<Store>(
  open: Open<Store>,
  test: (store: Store, opened: Opened<Store>) => Promise<void>,
): Promise<void> {
  const opened = await open();
  try {
    await test(opened.store, opened);
  } finally {
    await opened.close();
  }
}

/** All items of an async iterable. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
