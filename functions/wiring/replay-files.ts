import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DuckdbStore, openStore } from "#shared/adapters/duckdb/store.ts";
import { RejectsFile } from "#shared/adapters/files/rejects-file.ts";
import { FileTradeReader } from "#shared/adapters/files/trade-file-reader.ts";
import { importFile } from "#shared/app/import-file.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import type { ReplayFileStore, ReplayFiles } from "#shared/app/replay/replay-ports.ts";
import type { Instrument } from "#shared/market/instrument.ts";

/** What is written once an import is whole. */
interface Imported {
  /** Rows that were left out. */
  readonly rejected: number;
}

/**
 * Files that sessions play: each is imported into a DuckDB file of its session, in a folder for this user alone, with
 * the rows that were left out beside it.
 */
export class DuckdbReplayFiles implements ReplayFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** An import that was cut off is made whole: rows that are held already change nothing. */
  async open(session: string, path: string, instrument: Instrument, breakOff: AbortSignal): Promise<ReplayFileStore> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const held = await this.#imported(session);
    const store = await openStore(this.#path(session, "duckdb"));
    try {
      const { rejected } = held ?? (await this.#import(store, session, path, instrument, breakOff));
      const rejects = rejected === 0 ? null : { rows: rejected, path: this.#path(session, "rejects.csv") };
      const { ticks, candles, ranges } = store;
      return { ticks, candles, ranges, rejects, close: () => store.close() };
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async remove(session: string): Promise<void> {
    for (const suffix of ["imported.json", "duckdb", "duckdb.wal"])
      await rm(this.#path(session, suffix), { force: true });
  }

  async forget(session: string): Promise<void> {
    await this.remove(session);
    await rm(this.#path(session, "rejects.csv"), { force: true });
  }

  async #import(
    store: DuckdbStore,
    session: string,
    path: string,
    instrument: Instrument,
    breakOff: AbortSignal,
  ): Promise<Imported> {
    const file = await new FileTradeReader().open({ path, instrument, timeframe: null, now: Date.now() });
    // Of an import that was cut off, all are told again.
    await rm(this.#path(session, "rejects.csv"), { force: true });
    const rejects = new RejectsFile(this.#path(session, "rejects.csv"));
    const listener = {
      progress: () => breakOff.throwIfAborted(),
      rejects: (rows: Parameters<RejectsFile["append"]>[1]) => rejects.append(path, rows),
    };
    const { rejected } = await importFile(store, instrument, file, listener);
    await rebuild(store, instrument, () => breakOff.throwIfAborted());
    const imported: Imported = { rejected };
    const making = this.#path(session, "imported.new");
    await writeFile(making, JSON.stringify(imported), { mode: 0o600 });
    await rename(making, this.#path(session, "imported.json"));
    return imported;
  }

  /** Null where the import is not whole. */
  async #imported(session: string): Promise<Imported | null> {
    try {
      return JSON.parse(await readFile(this.#path(session, "imported.json"), "utf8")) as Imported;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  #path(session: string, suffix: string): string {
    return join(this.#folder, `${session}.${suffix}`);
  }
}
