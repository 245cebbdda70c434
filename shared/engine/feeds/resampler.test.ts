import fc from "fast-check";
import { expect, test } from "vitest";
import type { CandleColumns } from "#shared/market/candle.ts";
import { type Timeframe, windowClose, windowOpen } from "#shared/market/timeframe.ts";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { randomWalk } from "../random-walk.ts";
import { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import { Resampler } from "./resampler.ts";
import { BAR_COLUMNS } from "./waiting-bars.ts";

const START = Date.UTC(2024, 1, 28);
const RUNS = propertyRuns(100).numRuns;

type Row = readonly number[];

function rowsOf(columns: CandleColumns): Row[] {
  return Array.from({ length: columns.length }, (_, i) => BAR_COLUMNS.map((name) => columns[name][i]!));
}

/** Larger candles the slow way: all bars of a window at once. */
function merged(bars: readonly Row[], timeframe: Timeframe, told: number): Row[] {
  const windows = Map.groupBy(bars, (bar) => windowOpen(timeframe, bar[0]!));
  return [...windows].flatMap(([openTime, all]) => {
    const closeTime = windowClose(timeframe, openTime);
    if (closeTime > told) return [];
    const traded = all.filter((bar) => bar[7] !== 0);
    const counted = traded.length > 0 ? traded : all.slice(0, 1);
    const sum = (column: number): number => counted.reduce((total, bar) => total + bar[column]!, 0);
    const high = Math.max(...counted.map((bar) => bar[3]!));
    const low = Math.min(...counted.map((bar) => bar[4]!));
    return [[openTime, closeTime, counted[0]![2]!, high, low, counted.at(-1)![5]!, sum(6), sum(7)]];
  });
}

test("candles are those of all bars of a window at once, however the bars are cut", () => {
  const pairs = fc.constantFrom<[Timeframe, Timeframe]>(
    ["1m", "5m"],
    ["1m", "1h"],
    ["3m", "15m"],
    ["1h", "1d"],
    ["8h", "1w"],
    ["12h", "1M"],
  );
  const scenario = fc.record({
    pair: pairs,
    count: fc.integer({ min: 1, max: 150 }),
    seed: fc.integer({ min: 0, max: 1000 }),
    empty: fc.constantFrom(0, 0.3, 0.9),
    gaps: fc.constantFrom(0, 0.2, 0.8),
    late: fc.integer({ min: 0, max: 7 }),
    cuts: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 20 }),
  });
  fc.assert(
    fc.property(scenario, ({ pair: [from, to], late, cuts, ...options }) => {
      const start = START + late * (windowClose(from, START) - START);
      const columns = randomWalk({ ...options, timeframe: from, start });
      let resampler = new Resampler(from, to);
      const found: Row[] = [];
      let at = 0;
      for (const size of [...cuts, columns.length]) {
        const next = Math.min(at + size, columns.length);
        found.push(...rowsOf(resampler.fold(columns, at, next)));
        at = next;
        const writer = new SnapshotWriter();
        resampler.save(writer);
        resampler = new Resampler(from, to);
        resampler.load(new SnapshotReader(writer.bytes()));
      }
      const told = columns.length === 0 ? start : columns.closeTime[columns.length - 1]!;
      expect(found).toEqual(merged(rowsOf(columns), to, told));
    }),
    { numRuns: RUNS },
  );
});

test("a window whose last bar is missing closes once that is told", () => {
  const columns = randomWalk({ timeframe: "1m", start: START, count: 4, seed: 1 });
  const resampler = new Resampler("1m", "5m");
  expect(resampler.fold(columns, 0, 4).length).toBe(0);
  expect(resampler.tell(START + 4 * 60_000).length).toBe(0);
  const told = START + 5 * 60_000;
  expect(rowsOf(resampler.tell(told))).toEqual(merged(rowsOf(columns), "5m", told));
  expect(resampler.tell(told + 60_000).length).toBe(0);
});

test("a number of trades that is not known makes the sum unknown, not the candle empty", () => {
  const columns = randomWalk({ timeframe: "1m", start: START, count: 5, seed: 1 });
  columns.trades[1] = Number.NaN;
  const candle = new Resampler("1m", "5m").fold(columns, 0, 5);
  expect([candle.length, candle.trades[0], candle.close[0]]).toEqual([1, Number.NaN, columns.close[4]]);
});

test("timeframes that do not tile each other are refused", () => {
  for (const [from, to] of [
    ["1h", "1h"],
    ["5m", "1m"],
    ["4h", "6h"],
    ["1w", "1M"],
    ["1M", "1d"],
  ] as [Timeframe, Timeframe][]) {
    expect(() => new Resampler(from, to)).toThrow(`${to} candles cannot be made of ${from} candles`);
  }
});
