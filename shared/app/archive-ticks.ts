import { collectTicks } from "../market/collect-ticks.ts";
import { InputError } from "../market/input-error.ts";
import { type Instrument, instrumentKey } from "../market/instrument.ts";
import type { TickColumns } from "../market/tick.ts";
import { windowClose, windowOpen } from "../market/timeframe.ts";
import type { CandleStore } from "../ports/candle-store.ts";
import type { LogRecord } from "../ports/event-log.ts";
import type { RangeRegistry } from "../ports/range-registry.ts";
import type { TickStore } from "../ports/tick-store.ts";
import { type DecodedTicks, decodeTickRecord } from "../wire/tick-records.ts";
import { atOnce } from "./at-once.ts";
import type { RefusedRow } from "./letters.ts";
import { isRefusal, refusalOf } from "./refusal.ts";

export interface ArchiveTicksPorts {
  readonly ticks: TickStore;
  readonly candles: CandleStore;
  readonly ranges: RangeRegistry;
}

/** Instruments that are stored at once. */
const AT_ONCE = 8;

/** What of a record could not be stored: all of it, for a reason, or rows of its block. */
export interface NotStored {
  readonly logged: LogRecord;
  /** Null where it is told row by row. */
  readonly reason: string | null;
  readonly rows: readonly RefusedRow[];
}

/** A block of ticks of topic `ticks`, with the record that it came in. */
interface Block {
  readonly logged: LogRecord;
  readonly decoded: DecodedTicks;
  readonly record: Extract<DecodedTicks["record"], { readonly kind: "ticks" }>;
}

/**
 * Stores a batch of topic `ticks`, an instrument's blocks together: a store takes much at once as fast as a little.
 * Resolves to what was not stored because the store refuses it, or holds something else under the same id or trades of
 * another kind.
 * Poison is passed over: `aggregate`, which reads the same records, reports it.
 */
export async function archiveTicks(ports: ArchiveTicksPorts, records: readonly LogRecord[]): Promise<NotStored[]> {
  const notStored: NotStored[] = [];
  await atOnce(Map.groupBy(records, ({ key }) => key).values(), AT_ONCE, async (ofKey) => {
    const decoded = ofKey.flatMap(decodedOf);
    for (const { decoded: each } of decoded) await recordLoss(ports.ranges, each);
    const alike = Map.groupBy(decoded.flatMap(blockOf), ({ record: { ticks, origin } }) =>
      [ticks.kind, ticks.ids, origin].join(),
    );
    for (const blocks of alike.values()) notStored.push(...(await storeBlocks(ports, blocks)));
  });
  return notStored;
}

interface Decoded {
  readonly logged: LogRecord;
  readonly decoded: DecodedTicks;
}

function decodedOf(logged: LogRecord): Decoded[] {
  try {
    const decoded = decodeTickRecord(logged.value);
    // Under a key that is not its own, its order among its like is not known.
    return instrumentKey(decoded.instrument) === logged.key ? [{ logged, decoded }] : [];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

function blockOf({ logged, decoded }: Decoded): Block[] {
  const { record } = decoded;
  return record.kind === "ticks" && record.ticks.length > 0 ? [{ logged, decoded, record }] : [];
}

async function recordLoss(ranges: RangeRegistry, { instrument, record }: DecodedTicks): Promise<void> {
  if (record.kind !== "gap-closed" || !record.lost) return;
  const { from, to, reason } = record;
  await ranges.addCoverage(instrument, { from, to, kind: "lost", reason });
}

/** Blocks of one instrument, kind and origin, in the order of the log. */
async function storeBlocks(ports: ArchiveTicksPorts, blocks: readonly Block[]): Promise<NotStored[]> {
  const { instrument } = blocks[0]!.decoded;
  const { origin } = blocks[0]!.record;
  const ticks = collectTicks(blocks.map(({ record }) => record.ticks));
  try {
    // Before, so that no reader ever takes a candle that lacks them; and after, as a rebuild may have come between.
    await markJoined(ports, instrument, ticks);
    let conflicts: readonly number[] = [];
    const refusal = await refusalOf(async () => {
      ({ conflicts } = await ports.ticks.append(instrument, ticks, origin));
    });
    for (const { record } of blocks) {
      if (record.previousId !== null) continue;
      // The first live trade changes what is known of the silence before it.
      const from = record.ticks.ts.reduce((least, ts) => Math.min(least, ts));
      await ports.ranges.markDirty(instrument, from, from + 1);
    }
    await markJoined(ports, instrument, ticks);
    if (refusal !== null) throw refusal;
    return conflictsOf(
      blocks,
      conflicts.toSorted((a, b) => a - b),
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (blocks.length === 1) return [{ logged: blocks[0]!.logged, reason: error.message, rows: [] }];
    const notStored: NotStored[] = [];
    for (const block of blocks) notStored.push(...(await storeBlocks(ports, [block])));
    return notStored;
  }
}

/** Marks the windows with a rebuilt candle that ticks fall into. */
async function markJoined(ports: ArchiveTicksPorts, instrument: Instrument, { ts }: TickColumns): Promise<void> {
  const windows = new Set(Array.from(ts, (time) => windowOpen("1m", time)));
  const latest = [...windows].reduce((greatest, openTime) => Math.max(greatest, openTime));
  const span = {
    from: [...windows].reduce((least, openTime) => Math.min(least, openTime)),
    to: windowClose("1m", latest),
  };
  for await (const candles of ports.candles.readOrigin({ instrument, timeframe: "1m", ...span }, "rebuilt")) {
    for (const { openTime, closeTime } of candles) {
      if (windows.has(openTime)) await ports.ranges.markDirty(instrument, openTime, closeTime);
    }
  }
}

/** `conflicts`: rows of all blocks together, ascending. */
function conflictsOf(blocks: readonly Block[], conflicts: readonly number[]): NotStored[] {
  const notStored: NotStored[] = [];
  let first = 0;
  let next = 0;
  for (const { logged, decoded, record } of blocks) {
    const { ticks } = record;
    const end = first + ticks.length;
    const places = rowsOf(ticks.length, decoded);
    const rows: RefusedRow[] = [];
    for (; next < conflicts.length && conflicts[next]! < end; next++) {
      const row = conflicts[next]! - first;
      rows.push({ row: places[row]!, reason: `id ${ticks.id[row]} is held with other content: the first one stays` });
    }
    if (rows.length > 0) notStored.push({ logged, reason: null, rows });
    first = end;
  }
  return notStored;
}

/** Of each good row its place in the record, whose bad rows were left out. */
function rowsOf(length: number, { badRows }: DecodedTicks): number[] {
  const bad = new Set(badRows.map(({ row }) => row));
  return Array.from({ length: length + bad.size }, (_, row) => row).filter((row) => !bad.has(row));
}
