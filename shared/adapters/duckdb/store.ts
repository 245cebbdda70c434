import type { CandleStore } from "#shared/ports/candle-store.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import type { RangeRegistry } from "#shared/ports/range-registry.ts";
import type { ResultStore } from "#shared/ports/result-store.ts";
import type { LiveRunRegistry } from "#shared/ports/run-registry.ts";
import type { TickStore } from "#shared/ports/tick-store.ts";
import { DuckdbCandleStore } from "./candle-store.ts";
import { DuckdbCheckpointStore } from "./checkpoint-store.ts";
import { Database, type DatabaseOptions } from "./database.ts";
import { Exporter, type ExportFormat, type ExportQuery } from "./export.ts";
import { InstrumentTable } from "./instrument-table.ts";
import { migrate } from "./migrations.ts";
import { DuckdbRangeRegistry } from "./range-registry.ts";
import { DuckdbResultStore } from "./result-store.ts";
import { DuckdbRunRegistry } from "./run-registry.ts";
import { DuckdbTickStore } from "./tick-store.ts";

/** Everything that one machine stores, in one DuckDB file that one process at a time has open. */
export interface DuckdbStore {
  readonly path: string;
  readonly ticks: TickStore;
  readonly candles: CandleStore;
  readonly ranges: RangeRegistry;
  readonly checkpoints: CheckpointStore;
  readonly results: ResultStore;
  readonly runs: LiveRunRegistry;
  /**
   * Writes the rows to the file `path`, made with its folder or replaced, and resolves to their number. Throws
   * InputError 'no-data' for an instrument or run that the store does not know.
   */
  export(query: ExportQuery, path: string, format: ExportFormat): Promise<number>;
  /** Waits for the writes that were asked for. The store takes no more. */
  close(): Promise<void>;
}

/**
 * Opens the store in the file `path`, made with its folder where missing and migrated to this version's schema. Throws
 * InputError 'store' where another process has it open, a newer version wrote it, it is no store, or it cannot be
 * written.
 */
export async function openStore(path: string, options: DatabaseOptions = {}): Promise<DuckdbStore> {
  const database = await Database.open(path, options);
  try {
    await migrate(database);
    const instruments = await InstrumentTable.load(database);
    const exporter = new Exporter(database, instruments);
    return {
      path,
      ticks: new DuckdbTickStore(database, instruments),
      candles: new DuckdbCandleStore(database, instruments),
      ranges: new DuckdbRangeRegistry(database, instruments),
      checkpoints: new DuckdbCheckpointStore(database),
      results: new DuckdbResultStore(database),
      runs: new DuckdbRunRegistry(database),
      export: (query, file, format) => exporter.export(query, file, format),
      close: () => database.close(),
    };
  } catch (cause) {
    await database.close();
    throw cause;
  }
}
