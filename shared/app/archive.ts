import { InputError } from "../market/input-error.ts";
import { type Instrument, instrumentKey } from "../market/instrument.ts";
import type { TickColumns, TickOrigin } from "../market/tick.ts";
import { windowClose, windowOpen } from "../market/timeframe.ts";
import type { CandleStore } from "../ports/candle-store.ts";
import type { EventLog, LogRecord } from "../ports/event-log.ts";
import type { RangeRegistry } from "../ports/range-registry.ts";
import type { ResultStore } from "../ports/result-store.ts";
import type { RunRegistry } from "../ports/run-registry.ts";
import type { TickStore } from "../ports/tick-store.ts";
import { decodeCandlesRecord } from "../wire/candle-records.ts";
import { encodeDeadLetter } from "../wire/dead-letters.ts";
import { PoisonError } from "../wire/decoded.ts";
import { decodeRunTopic } from "../wire/run-event-records.ts";
import { decodeTickRecord } from "../wire/tick-records.ts";
import { CANDLES, DEAD_LETTERS, RUN_EVENTS, TICKS } from "../wire/topics.ts";

export interface ArchivePorts {
  readonly ticks: TickStore;
  readonly candles: CandleStore;
  readonly ranges: RangeRegistry;
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
  for (const record of records) {
    try {
      if (record.topic === TICKS) await archiveTicks(ports, record);
      else if (record.topic === CANDLES) await archiveCandles(ports, record);
      else if (record.topic === RUN_EVENTS) await archiveRunEvents(ports, record);
      else throw new Error(`topic ${record.topic} is not archived`);
    } catch (error) {
      if (!(error instanceof InputError) || (error.code !== "bad-data" && error.code !== "conflict")) throw error;
      // Poison on `ticks` is reported by `aggregate`, which reads the same records; it does not know what is stored.
      const told = record.topic === TICKS && error.code === "bad-data";
      if (!told) await report(ports.log, record, null, error.message);
    }
  }
}

async function report(log: EventLog, record: LogRecord, row: number | null, reason: string): Promise<void> {
  const { topic, partition, offset, key, value } = record;
  const letter = encodeDeadLetter({ topic, partition, offset, key, row, reason, value });
  await log.publish(DEAD_LETTERS, [{ key: topic, value: letter }]);
}

async function archiveTicks(ports: ArchivePorts, logged: LogRecord): Promise<void> {
  const { instrument, record, badRows } = decodeTickRecord(logged.value);
  checkKey(logged, instrumentKey(instrument));
  if (record.kind === "gap-closed" && record.lost) {
    const { from, to, reason } = record;
    await ports.ranges.addCoverage(instrument, { from, to, kind: "lost", reason });
  }
  if (record.kind !== "ticks" || record.ticks.length === 0) return;
  const { ticks, origin, previousId } = record;
  const conflicts = await storeLiveTicks(ports, instrument, ticks, origin, previousId === null);
  if (conflicts.length === 0) return;
  const bad = new Set(badRows.map(({ row }) => row));
  const rows = Array.from({ length: ticks.length + bad.size }, (_, row) => row).filter((row) => !bad.has(row));
  for (const conflict of conflicts) {
    const reason = `id ${ticks.id[conflict]} is held with other content: the first one stays`;
    await report(ports.log, logged, rows[conflict]!, reason);
  }
}

/** Throws PoisonError for a record under a key that is not its own: its order among its like is not known. */
function checkKey(logged: LogRecord, key: string): void {
  if (logged.key !== key) throw new PoisonError(`a record of ${key} has the key ${logged.key}`);
}

/**
 * Stores ticks of the live stream, and marks the windows whose rebuilt candles they make stale: those that they join,
 * and all around the first live trade. Resolves to the rows that were not stored, as their ids are held with other
 * content.
 */
async function storeLiveTicks(
  ports: Pick<ArchivePorts, "ticks" | "candles" | "ranges">,
  instrument: Instrument,
  ticks: TickColumns,
  origin: TickOrigin,
  first: boolean,
): Promise<readonly number[]> {
  // Before, so that no reader ever takes a candle that lacks them; and after, as a rebuild may have come between.
  await markJoined(ports, instrument, ticks);
  const { conflicts } = await ports.ticks.append(instrument, ticks, origin);
  if (first) {
    const from = ticks.ts.reduce((least, ts) => Math.min(least, ts));
    await ports.ranges.markDirty(instrument, from, from + 1);
  }
  await markJoined(ports, instrument, ticks);
  return conflicts;
}

/** Marks the windows with a rebuilt candle that ticks fall into. */
async function markJoined(
  ports: Pick<ArchivePorts, "candles" | "ranges">,
  instrument: Instrument,
  ticks: TickColumns,
): Promise<void> {
  const from = windowOpen(
    "1m",
    ticks.ts.reduce((least, ts) => Math.min(least, ts)),
  );
  const latest = ticks.ts.reduce((greatest, ts) => Math.max(greatest, ts));
  const span = { from, to: windowClose("1m", windowOpen("1m", latest)) };
  for await (const candles of ports.candles.readOrigin({ instrument, timeframe: "1m", ...span }, "rebuilt")) {
    for (const candle of candles) {
      const joined = ticks.ts.some((ts) => ts >= candle.openTime && ts < candle.closeTime);
      if (joined) await ports.ranges.markDirty(instrument, candle.openTime, candle.closeTime);
    }
  }
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
