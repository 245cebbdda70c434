import { describe, expect, it } from "vitest";
import { Aggregator, type Folded, LONGEST_LEAP } from "../aggregation/aggregator.ts";
import type { TickRecord } from "../aggregation/tick-record.ts";
import { instrumentKey } from "../market/instrument.ts";
import { type Tick, tickColumns } from "../market/tick.ts";
import { TIMEFRAMES } from "../market/timeframe.ts";
import { encodeCandlesInParts } from "./candle-parts.ts";
import { type CandlesRecord, decodeCandlesRecord, encodeCandlesRecord } from "./candle-records.ts";
import { RECORD_BYTES } from "./record-bytes.ts";

const BTC = { exchange: "binance", symbol: "BTC/USDT" };
const MINUTE = 60_000;
const NOON = Date.UTC(2024, 5, 1, 12);
/** What a record needs beside its value. */
const BESIDE = 1_000;

/** What a record causes after some trades of the first minutes after noon. */
function causedBy(record: TickRecord): Folded {
  const aggregator = new Aggregator(instrumentKey(BTC), TIMEFRAMES.slice(1));
  const trades = Array.from({ length: 6 }, (_, id): Tick => {
    return { id, ts: NOON + id * 30_000, price: 12_345.678_901_234, amount: 1 / 3, side: "buy" };
  });
  const head = { kind: "ticks", origin: "live", previousId: null } as const;
  aggregator.fold({ ...head, ticks: tickColumns(trades), watermark: NOON + MINUTE });
  return aggregator.fold(record);
}

function partsOf(record: CandlesRecord): readonly CandlesRecord[] {
  const parts = encodeCandlesInParts(record);
  for (const part of parts) expect(part.length).toBeLessThan(RECORD_BYTES - BESIDE);
  return parts.map(decodeCandlesRecord);
}

/** One record of several. */
function joined(parts: readonly CandlesRecord[]): CandlesRecord {
  return {
    instrument: BTC,
    candles: parts.flatMap(({ candles }) => candles),
    dirty: parts.flatMap(({ dirty }) => dirty),
    coverage: parts.flatMap(({ coverage }) => coverage),
    ended: parts.find(({ ended }) => ended !== null)?.ended ?? null,
  };
}

describe("what one record of ticks caused", () => {
  const heartbeat = { kind: "heartbeat", watermark: NOON + LONGEST_LEAP } as const;
  const ended = { kind: "ended", at: NOON + LONGEST_LEAP - 7 * MINUTE } as const;

  it.each([heartbeat, ended])("after the longest silence fits into records: $kind", (silence) => {
    const record = { instrument: BTC, ...causedBy(silence) };
    expect(encodeCandlesRecord(record).length).toBeGreaterThan(4 * RECORD_BYTES);
    const parts = partsOf(record);
    expect(joined(parts)).toEqual(record);
    expect(parts.slice(0, -1).every((part) => part.ended === null)).toBe(true);
  });

  it("is cut in time: each part has whatever closes by its end", () => {
    const parts = partsOf({ instrument: BTC, ...causedBy(ended) });
    let told = Number.NEGATIVE_INFINITY;
    for (const { candles } of parts) {
      const closes = candles.filter(({ revision }) => revision === 0).map(({ closeTime }) => closeTime);
      expect(Math.min(...closes)).toBeGreaterThan(told);
      told = Math.max(...closes);
    }
  });

  it("is one record where that is small", () => {
    const record = { instrument: BTC, ...causedBy({ kind: "heartbeat", watermark: NOON + 5 * MINUTE }) };
    expect(encodeCandlesInParts(record)).toEqual([encodeCandlesRecord(record)]);
  });

  it("fits too where much is to be rebuilt and much was lost", () => {
    const span = (i: number) => ({ from: NOON + i * 2 * MINUTE, to: NOON + (i * 2 + 1) * MINUTE });
    const dirty = Array.from({ length: 40_000 }, (_, i) => span(i));
    const coverage = Array.from(
      { length: 9_000 },
      (_, i) => ({ ...span(i), kind: "lost", reason: "r".repeat(99) }) as const,
    );
    const record = { instrument: BTC, ...causedBy(ended), dirty, coverage };
    const parts = partsOf(record);
    expect(joined(parts)).toEqual(record);
    const last = parts.findLastIndex(({ candles }) => candles.length > 0);
    const first = parts.findIndex((part) => part.dirty.length + part.coverage.length > 0);
    expect(first).toBeGreaterThan(last);
  });

  it("is one record where nothing of it can be cut", () => {
    const coverage = [{ from: NOON, to: NOON + MINUTE, kind: "lost", reason: "r".repeat(600_000) }] as const;
    const record = { instrument: BTC, candles: [], dirty: [], coverage, ended: null };
    expect(partsOf(record)).toEqual([record]);
  });
});
