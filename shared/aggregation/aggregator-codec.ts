import { ByteReader, ByteWriter } from "../market/bytes.ts";
import type { Completeness } from "../market/candle.ts";
import type { Interval } from "../market/interval.ts";
import type { Timeframe } from "../market/timeframe.ts";
import type { AggregatorState, AwaitedBlock } from "./aggregator.ts";
import { BaseWindows } from "./base-windows.ts";
import type { LastTrade } from "./completeness.ts";
import { IdRanges } from "./id-ranges.ts";
import { type MergedWindow, Rollup } from "./rollup.ts";
import { HashMemory, SequenceMemory, type TickMemory } from "./tick-memory.ts";
import type { TradeSummary } from "./trade-summary.ts";
import type { ClosedWindow } from "./window-state.ts";

/** Version of the bytes below. */
export const AGGREGATOR_SCHEMA = 1;

const COMPLETENESS: readonly Completeness[] = ["proven", "reconciled", "unknown", "gap"];
const NONE = 0;
const SOME = 1;
/** A safe integer fits; with the time since the id before, an id of a busy market takes 8 bytes. */
const ID_BYTES = 7;

/** The state of an aggregator as bytes; equal states give equal bytes. */
export function encodeAggregator(state: AggregatorState): Uint8Array {
  const out = new ByteWriter();
  out.byte(state.kind === null ? 0 : state.kind === "trade" ? 1 : 2);
  writeMemory(out, state.memory);
  out.double(state.watermark);
  writeOptional(out, state.nextOpen, (value) => out.integer(value));
  out.double(state.latest);
  writeList(
    out,
    [...state.open].sort(([a], [b]) => a - b),
    ([openTime, summary]) => {
      out.integer(openTime);
      writeSummary(out, openTime, summary);
    },
  );
  writeList(out, state.base.windows, (window) => writeWindow(out, window));
  writeOptional(out, state.base.before, (trade) => writeTrade(out, trade));
  writeOptional(out, state.base.last, (trade) => writeTrade(out, trade));
  for (const rollup of state.rollups) writeList(out, rollup.windows, (window) => writeMerged(out, window));
  writeList(out, state.lost, (span) => writeSpan(out, span));
  writeList(out, state.awaited, (block) => {
    writeSpan(out, block);
    out.integer(block.previousId);
  });
  writeOptional(out, state.endedAt, (value) => out.integer(value));
  return out.finish();
}

/** The inverse, for an aggregator of the same timeframes. */
export function decodeAggregator(bytes: Uint8Array, timeframes: readonly Timeframe[]): AggregatorState {
  const input = new ByteReader(bytes);
  const [shortest, ...longer] = timeframes;
  const kinds = [null, "trade", "aggregate"] as const;
  const kind = kinds[input.byte()] ?? null;
  const memory = readMemory(input);
  const watermark = input.double();
  const nextOpen = readOptional(input, () => input.integer());
  const latest = input.double();
  const open = new Map(
    readList(input, () => {
      const openTime = input.integer();
      return [openTime, readSummary(input, openTime)] as const;
    }),
  );
  const windows = readList(input, () => readWindow(input));
  const before = readOptional(input, () => readTrade(input));
  const last = readOptional(input, () => readTrade(input));
  const rollups = longer.map(
    (timeframe) =>
      new Rollup(
        timeframe,
        readList(input, () => readMerged(input)),
      ),
  );
  const lost = readList(input, () => readSpan(input));
  const awaited = readList(input, (): AwaitedBlock => ({ ...readSpan(input), previousId: input.integer() }));
  const endedAt = readOptional(input, () => input.integer());
  const base = new BaseWindows(shortest!, windows, before, last);
  return { kind, memory, watermark, nextOpen, latest, open, base, rollups, lost, awaited, endedAt };
}

function writeList<T>(out: ByteWriter, items: readonly T[], write: (item: T) => void): void {
  out.integer(items.length);
  for (const item of items) write(item);
}

function readList<T>(input: ByteReader, read: () => T): T[] {
  return Array.from({ length: input.integer() }, read);
}

function writeOptional<T>(out: ByteWriter, value: T | null, write: (value: T) => void): void {
  out.byte(value === null ? NONE : SOME);
  if (value !== null) write(value);
}

function readOptional<T>(input: ByteReader, read: () => T): T | null {
  return input.byte() === NONE ? null : read();
}

function writeSpan(out: ByteWriter, span: Interval): void {
  out.integer(span.from);
  out.integer(span.to - span.from);
}

function readSpan(input: ByteReader): Interval {
  const from = input.integer();
  return { from, to: from + input.integer() };
}

function writeTrade(out: ByteWriter, trade: LastTrade): void {
  out.integer(trade.ts);
  out.double(trade.price);
  out.integer(trade.lastId);
}

function readTrade(input: ByteReader): LastTrade {
  return { ts: input.integer(), price: input.double(), lastId: input.integer() };
}

function writeSummary(out: ByteWriter, openTime: number, summary: TradeSummary): void {
  out.integer(summary.openTs - openTime);
  out.integer(summary.closeTs - summary.openTs);
  out.integer(summary.firstId);
  out.integer(summary.lastId - summary.firstId);
  out.integer(summary.openId - summary.firstId);
  out.integer(summary.closeId - summary.firstId);
  out.integer(summary.trades);
  out.double(summary.open);
  out.double(summary.high);
  out.double(summary.low);
  out.double(summary.close);
  out.bigInteger(summary.volume);
  writeOptional(out, summary.quoteVolume, (value) => out.bigInteger(value));
  writeOptional(out, summary.buyVolume, (value) => out.bigInteger(value));
}

function readSummary(input: ByteReader, openTime: number): TradeSummary {
  const openTs = openTime + input.integer();
  const closeTs = openTs + input.integer();
  const firstId = input.integer();
  const lastId = firstId + input.integer();
  const openId = firstId + input.integer();
  const closeId = firstId + input.integer();
  const trades = input.integer();
  const open = input.double();
  const high = input.double();
  const low = input.double();
  const close = input.double();
  const volume = input.bigInteger();
  const quoteVolume = readOptional(input, () => input.bigInteger());
  const buyVolume = readOptional(input, () => input.bigInteger());
  return {
    openTs,
    openId,
    open,
    high,
    low,
    closeTs,
    closeId,
    close,
    volume,
    quoteVolume,
    buyVolume,
    trades,
    firstId,
    lastId,
  };
}

function writeWindow(out: ByteWriter, window: ClosedWindow): void {
  out.integer(window.openTime);
  writeOptional(out, window.summary, (summary) => writeSummary(out, window.openTime, summary));
  out.byte(COMPLETENESS.indexOf(window.completeness));
  writeOptional(out, window.flat, (price) => out.double(price));
  out.integer(window.revision);
}

function readWindow(input: ByteReader): ClosedWindow {
  const openTime = input.integer();
  const summary = readOptional(input, () => readSummary(input, openTime));
  const completeness = COMPLETENESS[input.byte()]!;
  const flat = readOptional(input, () => input.double());
  return { openTime, summary, completeness, flat, revision: input.integer() };
}

function writeMerged(out: ByteWriter, window: MergedWindow): void {
  writeWindow(out, window);
  for (const completeness of COMPLETENESS) out.integer(window.children[completeness]);
  out.byte(window.closed ? 1 : 0);
}

function readMerged(input: ByteReader): MergedWindow {
  const window = readWindow(input);
  const children = {
    proven: input.integer(),
    reconciled: input.integer(),
    unknown: input.integer(),
    gap: input.integer(),
  };
  return { ...window, children, closed: input.byte() === 1 };
}

function writeMemory(out: ByteWriter, memory: TickMemory | null): void {
  if (memory instanceof SequenceMemory) {
    out.byte(1);
    out.integer(memory.ranges.floor);
    let last = 0;
    writeList(out, memory.ranges.bounds, (bound) => {
      out.integer(bound - last);
      last = bound;
    });
  } else if (memory instanceof HashMemory) {
    out.byte(2);
    out.double(memory.horizon);
    let last = 0;
    writeList(
      out,
      [...memory.times].sort(([a, aTs], [b, bTs]) => aTs - bTs || a - b),
      ([id, ts]) => {
        out.integer(ts - last);
        for (let rest = id, i = 0; i < ID_BYTES; i++, rest = Math.floor(rest / 256)) out.byte(rest % 256);
        last = ts;
      },
    );
  } else out.byte(0);
}

function readMemory(input: ByteReader): TickMemory | null {
  const kind = input.byte();
  if (kind === 0) return null;
  if (kind === 1) {
    const floor = input.integer();
    let last = 0;
    const bounds = readList(input, () => {
      last += input.integer();
      return last;
    });
    return new SequenceMemory(new IdRanges(floor, bounds));
  }
  const horizon = input.double();
  let last = 0;
  const times = readList(input, () => {
    last += input.integer();
    let id = 0;
    for (let i = 0, scale = 1; i < ID_BYTES; i++, scale *= 256) id += input.byte() * scale;
    return [id, last] as const;
  });
  return new HashMemory(horizon, new Map(times));
}
