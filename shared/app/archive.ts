import { instrumentKey } from "../market/instrument.ts";
import type { EventLog, LogRecord } from "../ports/event-log.ts";
import type { ResultStore } from "../ports/result-store.ts";
import type { RunRegistry } from "../ports/run-registry.ts";
import { decodeCandlesRecord } from "../wire/candle-records.ts";
import { PoisonError } from "../wire/decoded.ts";
import { decodeRunTopic } from "../wire/run-event-records.ts";
import { CANDLES, RUN_EVENTS, TICKS } from "../wire/topics.ts";
import { type ArchiveTicksPorts, archiveTicks } from "./archive-ticks.ts";
import { letterOf, rowLettersOf } from "./letters.ts";
import { isRefusal, refusalOf } from "./refusal.ts";
import { publish } from "./stage.ts";

export interface ArchivePorts extends ArchiveTicksPorts {
  readonly results: ResultStore;
  /** The store's own runs, which follow those that the stream tells of. */
  readonly runs: Pick<RunRegistry, "put">;
  readonly log: EventLog;
}

/**
 * Writes a batch of any topic to the stores: the only streaming function that does. Every write is an upsert by ids from
 * the record, so repeats change nothing and no checkpoint is kept.
 */
export async function archive(ports: ArchivePorts, records: readonly LogRecord[]): Promise<void> {
  for (const [topic, some] of Map.groupBy(records, (record) => record.topic)) {
    if (topic === TICKS) await archiveTicksAndReport(ports, some);
    else if (topic === CANDLES) await storeOrReport(ports, some, archiveCandles);
    else if (topic === RUN_EVENTS) await storeOrReport(ports, some, archiveRunEvents);
    else throw new Error(`topic ${topic} is not archived`);
  }
}

async function archiveTicksAndReport(ports: ArchivePorts, records: readonly LogRecord[]): Promise<void> {
  for (const { logged, reason, rows } of await archiveTicks(ports, records)) {
    await publish(ports.log, reason === null ? rowLettersOf(logged, rows) : [letterOf(logged, reason)]);
  }
}

/** Stores records together, as that is as fast as one alone; each by itself where some are refused, to find out which. */
async function storeOrReport(
  ports: ArchivePorts,
  records: readonly LogRecord[],
  store: (ports: ArchivePorts, records: readonly LogRecord[]) => Promise<void>,
): Promise<void> {
  try {
    await store(ports, records);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (records.length === 1) await publish(ports.log, [letterOf(records[0]!, error.message)]);
    else for (const record of records) await storeOrReport(ports, [record], store);
  }
}

/** Throws PoisonError for a record under a key that is not its own: its order among its like is not known. */
function checkKey(logged: LogRecord, key: string): void {
  if (logged.key !== key) throw new PoisonError(`a record of ${key} has the key ${logged.key}`);
}

async function archiveCandles(ports: ArchivePorts, records: readonly LogRecord[]): Promise<void> {
  const decoded = records.map((logged) => {
    const record = decodeCandlesRecord(logged.value);
    checkKey(logged, instrumentKey(record.instrument));
    return record;
  });
  const refusal = await refusalOf(() => ports.candles.put(decoded.flatMap(({ candles }) => candles)));
  for (const { instrument, coverage, dirty } of decoded) {
    for (const span of coverage) await ports.ranges.addCoverage(instrument, span);
    for (const span of dirty) await ports.ranges.markDirty(instrument, span.from, span.to);
  }
  if (refusal !== null) throw refusal;
}

async function archiveRunEvents(ports: ArchivePorts, records: readonly LogRecord[]): Promise<void> {
  for (const logged of records) {
    const record = decodeRunTopic(logged.value);
    checkKey(logged, record.kind === "run" ? record.run.run : record.run);
    if (record.kind === "run") await ports.runs.put(record.run);
    else if (record.kind === "run-hash") await ports.results.writeHashes(record.run, [record]);
    else await ports.results.write(record.run, record.feeds, record.events);
  }
}
