import type { ExportFormat, ExportQuery } from "#shared/adapters/duckdb/export.ts";
import type { CandleStore } from "#shared/ports/candle-store.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import type { RangeRegistry } from "#shared/ports/range-registry.ts";
import type { ResultStore } from "#shared/ports/result-store.ts";
import type { RunRegistry } from "#shared/ports/run-registry.ts";
import type { StrategyCatalog } from "#shared/ports/strategy-catalog.ts";
import type { TickStore } from "#shared/ports/tick-store.ts";
import type { TradeFileReader } from "#shared/ports/trade-file.ts";

/** What is held, in one DuckDB file or on servers. */
export interface Store {
  readonly ticks: TickStore;
  readonly candles: CandleStore;
  readonly ranges: RangeRegistry;
  /** States of the stream's stages. */
  readonly checkpoints: CheckpointStore;
  readonly results: ResultStore;
  /** Every run that was stored, live ones included. */
  readonly runs: RunRegistry;
  /**
   * Writes the rows to the file `path`, made with its folder or replaced, and resolves to their number. Throws InputError
   * 'no-data' for an instrument or run that the store does not know.
   */
  export(query: ExportQuery, path: string, format: ExportFormat): Promise<number>;
}

/** What commands work on, wherever it is. */
export interface Platform {
  readonly store: Store;
  readonly files: TradeFileReader;
  readonly catalog: StrategyCatalog;
  /** Waits for the writes that were asked for, and ends all connections. */
  close(): Promise<void>;
}
