import { type Candle, type CandleOrigin, sameContent } from "../market/candle.ts";
import type { Instrument } from "../market/instrument.ts";
import { type Interval, joinIntervals } from "../market/interval.ts";
import { childOf, TIMEFRAMES, type Timeframe, windowClose, windowOpen } from "../market/timeframe.ts";
import type { CandleStore } from "../ports/candle-store.ts";
import type { RangeRegistry } from "../ports/range-registry.ts";
import type { TickStore } from "../ports/tick-store.ts";
import type {
  FileCandleBatch,
  FileProgress,
  FileReject,
  FileTickBatch,
  TradeFile,
  TradeFileFacts,
} from "../ports/trade-file.ts";
import { mergeCandles } from "./rebuild.ts";

export interface ImportPorts {
  readonly ticks: TickStore;
  readonly candles: CandleStore;
  readonly ranges: RangeRegistry;
}

/** Takes what an import has to tell while it goes on. */
export interface ImportListener {
  progress(progress: FileProgress, rows: number): void;
  /** Rows left out since the last call, in order. */
  rejects(rejects: readonly FileReject[]): Promise<void>;
}

/** What became of a file's rows. */
export interface ImportSummary {
  readonly facts: TradeFileFacts;
  /** Rows that were new. */
  readonly stored: number;
  /** Rows that were held already, equal in all. */
  readonly repeated: number;
  /** Rows left out, each told to the listener. */
  readonly rejected: number;
  /** Records of another kind or symbol. */
  readonly ignored: number;
  /** Time of the first and last row stored or held, ms UTC; null without rows. */
  readonly from: number | null;
  readonly to: number | null;
}

/**
 * Stores a file's rows and marks what follows from them for `rebuild`: store first, then mark, whether or not the rows
 * were new. An import that was cut off is made whole by running it again.
 *
 * Throws InputError for a file that is damaged on the way, after storing and marking the rows before the damage.
 */
export async function importFile(
  ports: ImportPorts,
  instrument: Instrument,
  file: TradeFile,
  listener: ImportListener,
): Promise<ImportSummary> {
  const totals = new Totals(file.facts);
  try {
    for await (const batch of readAhead(file.batches())) {
      const rejects = [...batch.rejects];
      if (batch.kind === "ticks") rejects.push(...(await storeTicks(ports, instrument, batch, totals)));
      else await storeCandles(ports, instrument, batch, totals);
      totals.rejected += rejects.length;
      totals.ignored += batch.ignored;
      if (rejects.length > 0) await listener.rejects(rejects.sort((a, b) => a.line - b.line));
      listener.progress(batch.progress, totals.stored + totals.repeated + totals.rejected);
    }
  } finally {
    await conclude(ports, instrument, totals);
  }
  return totals.summary();
}

/** What is known of an import while it goes on. */
class Totals {
  readonly facts: TradeFileFacts;
  stored = 0;
  repeated = 0;
  rejected = 0;
  ignored = 0;
  from: number | null = null;
  to: number | null = null;
  /** Spans that are stored and not marked dirty yet. */
  readonly unmarked: Interval[] = [];
  /** Of candles. */
  origin: CandleOrigin | null = null;

  constructor(facts: TradeFileFacts) {
    this.facts = facts;
  }

  summary(): ImportSummary {
    const { facts, stored, repeated, rejected, ignored, from, to } = this;
    return { facts, stored, repeated, rejected, ignored, from, to };
  }

  span(from: number, to: number): void {
    this.from = Math.min(this.from ?? from, from);
    this.to = Math.max(this.to ?? to, to);
  }
}

/** Batches that are marked dirty together: a mark is a write of its own, and a repeated import makes up for lost ones. */
const BATCHES_PER_MARK = 16;

async function markDirty(ranges: RangeRegistry, instrument: Instrument, totals: Totals): Promise<void> {
  for (const { from, to } of joinIntervals(totals.unmarked.splice(0))) await ranges.markDirty(instrument, from, to);
}

/** Reads the next batch while the one before is being stored, which other threads do. */
async function* readAhead<T>(batches: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = batches[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = iterator.next();
      // Its fault is thrown when its turn comes; until then it is nobody's.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function storeTicks(
  ports: ImportPorts,
  instrument: Instrument,
  batch: FileTickBatch,
  totals: Totals,
): Promise<FileReject[]> {
  const { ticks } = batch;
  if (ticks.length === 0) return [];
  const { stored, repeated, conflicts } = await ports.ticks.append(instrument, ticks, "import");
  totals.stored += stored;
  totals.repeated += repeated;
  const refused = new Set(conflicts);
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < ticks.length; row++) {
    if (refused.size > 0 && refused.has(row)) continue;
    const ts = ticks.ts[row]!;
    if (ts < from) from = ts;
    if (ts > to) to = ts;
  }
  if (from <= to) {
    totals.span(from, to);
    totals.unmarked.push({ from, to: to + 1 });
  }
  if (totals.unmarked.length >= BATCHES_PER_MARK) await markDirty(ports.ranges, instrument, totals);
  return conflicts.map((row) => ({
    line: batch.lines[row]!,
    value: `id ${ticks.id[row]}, ts ${ticks.ts[row]}, price ${ticks.price[row]}, amount ${ticks.amount[row]}`,
    reason: "this id is held with other content: the first one stays",
  }));
}

async function storeCandles(
  ports: ImportPorts,
  instrument: Instrument,
  batch: FileCandleBatch,
  totals: Totals,
): Promise<void> {
  const [first] = batch.candles;
  if (first === undefined) return;
  const { timeframe, origin } = first;
  const held = new Map<number, Candle>();
  const from = batch.candles.reduce((least, candle) => Math.min(least, candle.openTime), first.openTime);
  const to = batch.candles.reduce((greatest, candle) => Math.max(greatest, candle.closeTime), first.closeTime);
  for await (const candles of ports.candles.readOrigin({ instrument, timeframe, from, to }, origin)) {
    for (const candle of candles) held.set(candle.openTime, candle);
  }
  for (const candle of batch.candles) {
    const known = held.get(candle.openTime);
    if (known !== undefined && sameContent(known, candle)) totals.repeated++;
    else totals.stored++;
    held.set(candle.openTime, candle);
  }
  const all = [...held.values()].sort((a, b) => a.openTime - b.openTime);
  await ports.candles.replace({ instrument, timeframe, origin, from, to }, all);
  totals.span(from, to - 1);
  totals.origin = origin;
}

async function conclude(ports: ImportPorts, instrument: Instrument, totals: Totals): Promise<void> {
  const { facts, from, to } = totals;
  if (from === null || to === null) return;
  await markDirty(ports.ranges, instrument, totals);
  if (facts.ids === "hash") {
    await ports.ranges.addCoverage(instrument, {
      from,
      to: to + 1,
      kind: "source",
      reason: `one file of ${facts.format}`,
    });
    // Again: what was rebuilt since the rows were marked did not know of this.
    await ports.ranges.markDirty(instrument, from, to + 1);
  }
  if (facts.timeframe === null || totals.origin === null) return;
  await mergeLonger(ports.candles, { instrument, timeframe: facts.timeframe, from, to: to + 1 }, totals.origin);
}

/** Merges the longer candles that overlap an imported span, where the files do not bring them themselves. */
async function mergeLonger(
  candles: CandleStore,
  imported: { readonly instrument: Instrument; readonly timeframe: Timeframe } & Interval,
  origin: CandleOrigin,
): Promise<void> {
  const made = new Set<Timeframe>([imported.timeframe]);
  for (const timeframe of TIMEFRAMES) {
    const child = childOf(timeframe);
    if (child === null || !made.has(child)) continue;
    made.add(timeframe);
    const from = windowOpen(timeframe, imported.from);
    const to = windowClose(timeframe, windowOpen(timeframe, imported.to - 1));
    await mergeCandles(candles, { instrument: imported.instrument, timeframe, from, to }, [origin]);
  }
}
