import { LATENESS } from "../aggregation/aggregator.ts";
import { Rollup } from "../aggregation/rollup.ts";
import { type ClosedWindow, candleOf, windowOf } from "../aggregation/window-state.ts";
import type { Candle, CandleOrigin } from "../market/candle.ts";
import { InputError } from "../market/input-error.ts";
import { type Instrument, instrumentKey } from "../market/instrument.ts";
import { type Interval, joinIntervals } from "../market/interval.ts";
import { childOf, nominalLength, TIMEFRAMES, type Timeframe, windowClose, windowOpen } from "../market/timeframe.ts";
import type { CandleStore } from "../ports/candle-store.ts";
import type { CheckpointStore } from "../ports/checkpoint-store.ts";
import type { Lease } from "../ports/leases.ts";
import type { DirtyRange, RangeRegistry } from "../ports/range-registry.ts";
import type { TickStore } from "../ports/tick-store.ts";
import { liveWatermark } from "./aggregate.ts";
import { foldStoredTicks } from "./fold-stored-ticks.ts";

export interface RebuildPorts {
  readonly ticks: TickStore;
  readonly candles: CandleStore;
  readonly ranges: RangeRegistry;
  readonly checkpoints: CheckpointStore;
}

type RebuiltCandles = Pick<CandleStore, "readOrigin" | "replace">;
type LeasedPorts = Omit<RebuildPorts, "candles"> & { readonly candles: RebuiltCandles };

/** How far a rebuild has come: event time folded, of all that is to be. */
export type RebuildProgress = (at: number, span: Interval) => void;

/** Windows that are stored in one go. */
const CHUNK = 20_000;
/** What is rebuilt in one go is at most one window of it: little enough for a function's time, a while of history at once. */
const STEP: Timeframe = "1M";
/** The shortest timeframe whose candles are stored. */
const BASE: Timeframe = "1m";

/**
 * Folds an instrument's dirty ranges anew from stored ticks, with the fold of the live stream, and replaces the rebuilt
 * candles of every timeframe that depend on them, month by month: what is rebuilt stays so if the process dies. History
 * never passes the live watermark: of what is live, only windows that ended 15 minutes before it are rebuilt, the rest
 * stays dirty. Waits for another that rebuilds the instrument. Throws InputError 'conflict' where another may have done
 * so meanwhile; what this one wrote is dirty again then.
 */
export async function rebuild(
  ports: RebuildPorts,
  instrument: Instrument,
  onProgress?: RebuildProgress,
): Promise<void> {
  await rebuildUnder((work) => ports.ranges.withLease(instrument, work), ports, instrument, onProgress);
}

/** As `rebuild`, but does nothing where another rebuilds the instrument. */
export async function rebuildIfFree(ports: RebuildPorts, instrument: Instrument): Promise<void> {
  await rebuildUnder((work) => ports.ranges.tryLease(instrument, work), ports, instrument);
}

async function rebuildUnder(
  hold: (work: (lease: Lease) => Promise<void>) => Promise<unknown>,
  ports: RebuildPorts,
  instrument: Instrument,
  onProgress?: RebuildProgress,
): Promise<void> {
  const begun: Interval[] = [];
  try {
    await hold((lease) => rebuildDirty(leased(ports, lease), instrument, begun, onProgress));
  } catch (error) {
    if (error instanceof InputError && error.code === "conflict") {
      // Another may have rebuilt it from more trades before what was stored here last.
      for (const { from, to } of joinIntervals(begun)) await ports.ranges.markDirty(instrument, from, to);
    }
    throw error;
  }
}

/** The ports with candles that are replaced only while the lease is held for sure. */
function leased({ ticks, candles, ranges, checkpoints }: RebuildPorts, lease: Lease): LeasedPorts {
  const replace: CandleStore["replace"] = async (series, some) => {
    lease.check();
    await candles.replace(series, some);
  };
  return {
    ...{ ticks, ranges, checkpoints },
    candles: { readOrigin: (query, origin) => candles.readOrigin(query, origin), replace },
  };
}

/** Adds spans to `begun` before anything of them is stored. */
async function rebuildDirty(
  ports: LeasedPorts,
  instrument: Instrument,
  begun: Interval[],
  onProgress?: RebuildProgress,
): Promise<void> {
  const found = await ports.ranges.dirty(instrument);
  if (found.length === 0) return;
  const watermark = await liveWatermark(ports.checkpoints, instrument);
  const limit = watermark === null ? Number.POSITIVE_INFINITY : windowOpen(BASE, watermark - LATENESS);
  const latest = found.reduce((greatest, { to }) => Math.max(greatest, to), Number.NEGATIVE_INFINITY);
  const whole = { from: found[0]!.from, to: Math.min(latest, limit) };
  const tell = (at: number): void => onProgress?.(Math.min(Math.max(at, whole.from), whole.to), whole);
  for (let at = whole.from; at < whole.to; ) {
    const marks = (await ports.ranges.dirty(instrument)).filter(({ from }) => from >= at && from < whole.to);
    if (marks.length === 0) return;
    const month = windowClose(STEP, windowOpen(STEP, marks[0]!.from));
    at = Math.min(month, limit);
    const later = marks.filter(({ to }) => to > at).map(({ from }) => Math.max(from, at));
    // Longer windows in which more is to come are merged once it is there.
    const until = Math.min(...later);
    for (const span of await spansToFold(ports.ticks, instrument, marks, at, limit)) {
      begun.push(span);
      await rebuildBase(ports, instrument, span, tell);
      const open = await rebuildLonger(ports.candles, instrument, span, { limit, until });
      // A longer window that is still live gets its turn when the watermark is past its end.
      if (open) await ports.ranges.markDirty(instrument, limit, limit + 1);
    }
    await settle(ports.ranges, instrument, marks, at);
  }
}

/** Marks of what was folded go; of those that reach past `until` the rest stays. */
async function settle(
  ranges: RangeRegistry,
  instrument: Instrument,
  marks: readonly DirtyRange[],
  until: number,
): Promise<void> {
  const folded = marks.filter((mark) => mark.from < until);
  const latest = folded.reduce((greatest, { to }) => Math.max(greatest, to), until);
  await ranges.markDirty(instrument, until, latest);
  await ranges.clearDirty(folded);
}

/** What is dirty before `until`, as whole windows that reach to the stored trades on either side, joined. */
async function spansToFold(
  ticks: TickStore,
  instrument: Instrument,
  marks: readonly DirtyRange[],
  until: number,
  limit: number,
): Promise<Interval[]> {
  const spans: Interval[] = [];
  for (const mark of joinIntervals(marks.map(({ from, to }) => ({ from, to: Math.min(to, until) })))) {
    const before = await ticks.before(instrument, windowOpen(BASE, mark.from));
    const after = await ticks.atOrAfter(instrument, windowClose(BASE, windowOpen(BASE, mark.to - 1)));
    const from = windowOpen(BASE, before?.ts ?? mark.from);
    const to = windowClose(BASE, windowOpen(BASE, after?.ts ?? mark.to - 1));
    spans.push({ from, to: Math.min(to, limit) });
  }
  return joinIntervals(spans);
}

async function rebuildBase(
  ports: LeasedPorts,
  instrument: Instrument,
  span: Interval,
  onStored: (until: number) => void,
): Promise<void> {
  let chunk: Candle[] = [];
  let chunkFrom = span.from;
  const store = async (to: number): Promise<void> => {
    await ports.candles.replace({ instrument, timeframe: BASE, origin: "rebuilt", from: chunkFrom, to }, chunk);
    onStored(to);
    chunk = [];
    chunkFrom = to;
  };
  for await (const candles of foldStoredTicks(ports, instrument, BASE, span)) {
    for (const candle of candles) {
      chunk.push(candle);
      if (chunk.length >= CHUNK) await store(candle.closeTime);
    }
  }
  if (chunkFrom < span.to) await store(span.to);
}

/**
 * Merges the longer candles that overlap `span` from those of the timeframe that tiles them, but for windows that reach
 * past `limit` or `until`. Returns whether one reaches past `limit`.
 */
async function rebuildLonger(
  candles: RebuiltCandles,
  instrument: Instrument,
  span: Interval,
  { limit, until }: { readonly limit: number; readonly until: number },
): Promise<boolean> {
  let open = false;
  for (const timeframe of TIMEFRAMES.filter((each) => nominalLength(each) > nominalLength(BASE))) {
    const from = windowOpen(timeframe, span.from);
    let to = windowClose(timeframe, windowOpen(timeframe, span.to - 1));
    if (to > limit) {
      open = true;
      to = windowOpen(timeframe, limit);
    }
    if (to > until) to = windowOpen(timeframe, until);
    if (from < to) await mergeCandles(candles, { instrument, timeframe, from, to }, ["rebuilt", "live"]);
  }
  return open;
}

/**
 * Merges the candles of whole windows in [from, to) from the stored children, taking for each child the first of
 * `origins` that has it, and stores them as of the first origin. A candle of that origin which was imported stays.
 */
export async function mergeCandles(
  candles: RebuiltCandles,
  series: { readonly instrument: Instrument; readonly timeframe: Timeframe } & Interval,
  origins: readonly [CandleOrigin, ...CandleOrigin[]],
): Promise<void> {
  const { instrument, timeframe } = series;
  const step = nominalLength(timeframe) * CHUNK;
  for (let from = series.from; from < series.to; ) {
    const to = Math.min(series.to, windowClose(timeframe, windowOpen(timeframe, from + step)));
    const span = { from, to };
    const children = await childrenIn(candles, { instrument, timeframe: childOf(timeframe)!, ...span }, origins);
    const rollup = new Rollup(timeframe);
    rollup.apply(children.map((window) => ({ window, joined: window.summary, was: null, reason: "close" })));
    const [origin] = origins;
    const head = { instrument: instrumentKey(instrument), timeframe, origin, sequentialIds: true };
    const merged = new Map<number, Candle>();
    for (const { window } of rollup.close(Number.POSITIVE_INFINITY)) {
      merged.set(window.openTime, candleOf(head, window, "rebuild"));
    }
    for await (const block of candles.readOrigin({ instrument, timeframe, ...span }, origin)) {
      for (const candle of block) if (candle.reason === "import") merged.set(candle.openTime, candle);
    }
    const inOrder = [...merged.values()].sort((a, b) => a.openTime - b.openTime);
    await candles.replace({ instrument, timeframe, origin, ...span }, inOrder);
    from = to;
  }
}

async function childrenIn(
  candles: RebuiltCandles,
  series: { readonly instrument: Instrument; readonly timeframe: Timeframe } & Interval,
  origins: readonly CandleOrigin[],
): Promise<ClosedWindow[]> {
  const windows = new Map<number, ClosedWindow>();
  for (const origin of origins) {
    for await (const block of candles.readOrigin(series, origin)) {
      for (const candle of block) if (!windows.has(candle.openTime)) windows.set(candle.openTime, windowOf(candle));
    }
  }
  return [...windows.values()].sort((a, b) => a.openTime - b.openTime);
}
