/** Lets works of one name run one after the other, in the order in which they were asked for. */
export class Turns {
  /** The end of the queue of each name. */
  readonly #ends = new Map<string, Promise<void>>();

  /** Whether a work of that name runs or waits. */
  isTaken(name: string): boolean {
    return this.#ends.has(name);
  }

  /** Runs `work` once all that were asked for before have ended, however they did; resolves or rejects as it does. */
  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const run = (this.#ends.get(name) ?? Promise.resolve()).then(work);
    const settled = run.then(
      () => {},
      () => {},
    );
    this.#ends.set(name, settled);
    try {
      return await run;
    } finally {
      if (this.#ends.get(name) === settled) this.#ends.delete(name);
    }
  }
}
