import { InputError } from "../../market/input-error.ts";
import { parseInstrument } from "../../market/instrument.ts";
import type { ReplayFileStore, ReplayFiles } from "./replay-ports.ts";
import type { ReplaySession } from "./replay-session.ts";
import { Unplayable } from "./unplayable.ts";

/** The file of a session, which is imported beside the rounds, so that other sessions play on meanwhile. */
export class SessionFile {
  readonly #files: ReplayFiles;
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
    this.#opening ??= this.#open(session, file, instruments[0]!);
    return false;
  }

  async close(): Promise<void> {
    await this.#opening;
    this.#opening = null;
    await this.#store?.close();
    this.#store = null;
  }

  async #open(session: string, file: string, instrument: string): Promise<void> {
    try {
      this.#store = await this.#files.open(session, file, parseInstrument(instrument));
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
