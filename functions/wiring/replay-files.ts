import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "#shared/adapters/duckdb/store.ts";
import { FileTradeReader } from "#shared/adapters/files/trade-file-reader.ts";
import { importFile } from "#shared/app/import-file.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import type { ReplayFileStore, ReplayFiles } from "#shared/app/replay/replay-ports.ts";
import type { Instrument } from "#shared/market/instrument.ts";

const UNHEARD = { progress: () => {}, rejects: async () => {} };

/** Files that sessions play: each is imported into a DuckDB file of its session. */
export class DuckdbReplayFiles implements ReplayFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Imported again each time it is opened: rows that are held already change nothing. */
  async open(session: string, path: string, instrument: Instrument): Promise<ReplayFileStore> {
    const file = await new FileTradeReader().open({ path, instrument, timeframe: null, now: Date.now() });
    const store = await openStore(this.#path(session));
    try {
      await importFile(store, instrument, file, UNHEARD);
      await rebuild(store, instrument);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async remove(session: string): Promise<void> {
    for (const suffix of ["", ".wal"]) await rm(`${this.#path(session)}${suffix}`, { force: true });
  }

  #path(session: string): string {
    return join(this.#folder, `${session}.duckdb`);
  }
}
