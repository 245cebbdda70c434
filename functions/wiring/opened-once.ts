/** Opens what `open` opens at the first call of a process, and gives the same ever after. A failure is tried again. */
export function openedOnce<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
}

/** What is opened at its first use, if ever, and closed if it was. */
export interface Closable<T> {
  get(): Promise<T>;
  close(): Promise<void>;
}

/** As `openedOnce`, for what is to be closed at the end: what never opened has nothing to end. */
export function openedToClose<T extends { close(): Promise<void> }>(open: () => Promise<T>): Closable<T> {
  let last: Promise<T> | null = null;
  const get = openedOnce(() => {
    last = open();
    return last;
  });
  return {
    get,
    async close() {
      await last?.then((opened) => opened.close()).catch(() => {});
    },
  };
}
