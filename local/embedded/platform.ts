import { join } from "node:path";
import { groupOf, STREAM_FUNCTIONS, TOPICS } from "#functions/topology.ts";
import { type DuckdbStore, openStore } from "#shared/adapters/duckdb/store.ts";
import { FileTradeReader } from "#shared/adapters/files/trade-file-reader.ts";
import { MemoryEventLog } from "#shared/adapters/memory/event-log.ts";
import { VmWatchdog } from "#shared/adapters/vm/vm-watchdog.ts";
import { AGGREGATE } from "#shared/app/aggregate.ts";
import { CatalogArtefacts } from "#shared/app/catalog-artefacts.ts";
import { STEP_STRATEGIES } from "#shared/app/step-strategies.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import type { StrategyCatalog } from "#shared/ports/strategy-catalog.ts";
import type { TradeFileReader } from "#shared/ports/trade-file.ts";
import { DeferredCheckpoints } from "./deferred-checkpoints.ts";
import { FolderCatalog } from "./folder-catalog.ts";
import { StreamHost, type StreamPorts } from "./stream-host.ts";

/** Millrace in one process: a DuckDB file, a log in memory, and the stream functions on one thread. */
export interface Platform {
  readonly store: DuckdbStore;
  readonly files: TradeFileReader;
  readonly catalog: StrategyCatalog;
  /** All ports of the stream functions. */
  readonly stream: StreamPorts;
  readonly host: StreamHost;
  close(): Promise<void>;
}

/** Where the store is unless told: in the folder that Millrace is run in. */
export const DEFAULT_STORE = join(".millrace", "store.duckdb");

/** Opens the platform on the store in the file `path`. Throws InputError 'store' where that cannot be opened. */
export async function openPlatform(path: string): Promise<Platform> {
  const store = await openStore(path);
  const catalog = new FolderCatalog(process.env);
  const log = await openLog(store.checkpoints);
  const { ticks, candles, ranges, results, runs } = store;
  const checkpoints = new DeferredCheckpoints(store.checkpoints, [STEP_STRATEGIES, AGGREGATE]);
  const artefacts = new CatalogArtefacts(catalog);
  const stream = { ticks, candles, ranges, checkpoints, results, runs, artefacts, log, watchdog: new VmWatchdog() };
  return {
    store,
    files: new FileTradeReader(),
    catalog,
    stream,
    host: new StreamHost(stream, () => checkpoints.flush()),
    close: () => store.close(),
  };
}

/** Records of a topic that a partition holds before it refuses more: its source waits, or reads again later. */
const BOUND = 10_000;

/**
 * A log whose offsets go on where the checkpoints' fences end, so that these still mean the same after a restart. What it
 * holds is gone with the process: see `DeferredCheckpoints`.
 */
async function openLog(checkpoints: CheckpointStore): Promise<MemoryEventLog> {
  const ends = new Map<string, number>();
  for (const stage of [AGGREGATE, STEP_STRATEGIES]) {
    for (const key of await checkpoints.keys(stage)) {
      for (const { topic, partition, nextOffset } of (await checkpoints.load(stage, key))?.fence ?? []) {
        const name = `${topic}/${partition}`;
        ends.set(name, Math.max(ends.get(name) ?? 0, nextOffset));
      }
    }
  }
  const topics = TOPICS.map(({ name, partitions }) => ({
    name,
    partitions,
    groups: STREAM_FUNCTIONS.filter((each) => each.topic === name).map(groupOf),
    bound: BOUND,
    startOffsets: Array.from({ length: partitions }, (_, partition) => ends.get(`${name}/${partition}`) ?? 0),
  }));
  return new MemoryEventLog(topics, Date.now);
}
