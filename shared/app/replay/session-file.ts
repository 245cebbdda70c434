import { InputError } from "../../market/input-error.ts";
import { parseInstrument } from "../../market/instrument.ts";
import type { ReplayFileStore, ReplayFiles } from "./replay-ports.ts";
import type { ReplaySession } from "./replay-session.ts";
import { Unplayable } from "./unplayable.ts";

/** The file of a session, which is imported beside the rounds, so that other sessions play on meanwhile. */
export class SessionFile {
  readonly #files: ReplayFiles;
  readonly #breakOff = new AbortController();
  /** Resolves when an import under way has ended, however it did; null while there is none. */
  #opening: Promise<void> | null = null;
  #fault: { readonly error: unknown } | null = null;
  #store: ReplayFileStore | null = null;

  constructor(files: ReplayFiles) {
    this.#files = files;
  }

  /** Null where there is none, and until it is ready. */
  get store(): ReplayFileStore | null {
    return this.#store;
  }

  /**
   * Whether what the session reads is there; begins to import it where it is not. Throws what that came to: Unplayable
   * for a file that cannot be played.
   */
  isReady({ session, file, instruments }: ReplaySession): boolean {
    if (file === null || this.#store !== null) return true;
    if (this.#fault !== null) throw faultOf(this.#fault.error);
    this.#opening ??= this.#open(session, file, instruments[0]!).finally(() => {
      this.#opening = null;
    });
    return false;
  }

  /** Closes what is open, and forgets a fault: it is opened anew when it is needed. An import under way goes on. */
  async reset(): Promise<void> {
    const store = this.#store;
    this.#store = null;
    this.#fault = null;
    await store?.close();
  }

  /** Closes what is open, for good. An import under way is broken off; nobody waits until it has ended. */
  async close(): Promise<void> {
    this.#breakOff.abort();
    await this.reset();
  }

  /** As `close`, and removes what was imported for `session`: where an import is under way, once that has ended. */
  async remove(session: string): Promise<void> {
    const opening = this.#opening;
    await this.close();
    if (opening === null) return this.#files.remove(session);
    // What a fault leaves behind goes when the session is forgotten.
    opening.then(() => this.#files.remove(session)).catch(() => undefined);
  }

  async #open(session: string, file: string, instrument: string): Promise<void> {
    const { signal } = this.#breakOff;
    try {
      const store = await this.#files.open(session, file, parseInstrument(instrument), signal);
      if (signal.aborted) await store.close();
      else this.#store = store;
    } catch (error) {
      this.#fault = { error };
    }
  }
}

function faultOf(error: unknown): unknown {
  return error instanceof InputError && error.code !== "store"
    ? new Unplayable(error.message, { cause: error })
    : error;
}
