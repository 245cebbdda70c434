import { InputError } from "../market/input-error.ts";
import { instrumentKey } from "../market/instrument.ts";
import type { EventLog, LogRecord } from "../ports/event-log.ts";
import type { ResultStore } from "../ports/result-store.ts";
import type { RunRegistry } from "../ports/run-registry.ts";
import { decodeCandlesRecord } from "../wire/candle-records.ts";
import { encodeDeadLetter } from "../wire/dead-letters.ts";
import { PoisonError } from "../wire/decoded.ts";
import { decodeRunTopic } from "../wire/run-event-records.ts";
import { CANDLES, DEAD_LETTERS, RUN_EVENTS, TICKS } from "../wire/topics.ts";
import { type ArchiveTicksPorts, archiveTicks } from "./archive-ticks.ts";

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
    else if (topic === CANDLES) await eachOrReport(ports, some, archiveCandles);
    else if (topic === RUN_EVENTS) await eachOrReport(ports, some, archiveRunEvents);
    else throw new Error(`topic ${topic} is not archived`);
  }
}

async function archiveTicksAndReport(ports: ArchivePorts, records: readonly LogRecord[]): Promise<void> {
  for (const { logged, row, reason } of await archiveTicks(ports, records)) {
    await report(ports.log, logged, row, reason);
  }
}

async function eachOrReport(
  ports: ArchivePorts,
  records: readonly LogRecord[],
  store: (ports: ArchivePorts, record: LogRecord) => Promise<void>,
): Promise<void> {
  for (const record of records) {
    try {
      await store(ports, record);
    } catch (error) {
      if (!(error instanceof InputError) || (error.code !== "bad-data" && error.code !== "conflict")) throw error;
      await report(ports.log, record, null, error.message);
    }
  }
}

async function report(log: EventLog, record: LogRecord, row: number | null, reason: string): Promise<void> {
  const { topic, partition, offset, key, value } = record;
  const letter = encodeDeadLetter({ topic, partition, offset, key, row, reason, value });
  await log.publish(DEAD_LETTERS, [{ key: topic, value: letter }]);
}

/** Throws PoisonError for a record under a key that is not its own: its order among its like is not known. */
function checkKey(logged: LogRecord, key: string): void {
  if (logged.key !== key) throw new PoisonError(`a record of ${key} has the key ${logged.key}`);
}

async function archiveCandles(ports: ArchivePorts, logged: LogRecord): Promise<void> {
  const record = decodeCandlesRecord(logged.value);
  checkKey(logged, instrumentKey(record.instrument));
  await ports.candles.put(record.candles);
  for (const span of record.coverage) await ports.ranges.addCoverage(record.instrument, span);
  for (const span of record.dirty) await ports.ranges.markDirty(record.instrument, span.from, span.to);
}

async function archiveRunEvents(ports: ArchivePorts, logged: LogRecord): Promise<void> {
  const record = decodeRunTopic(logged.value);
  if (record.kind === "run") {
    checkKey(logged, record.run.run);
    await ports.runs.put(record.run);
    return;
  }
  checkKey(logged, record.run);
  await ports.results.write(record.run, record.feeds, record.events);
}
