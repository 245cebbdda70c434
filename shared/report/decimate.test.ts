import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastOfGroups, mergeCandles, pickRows, rowsOfExtremes } from "./decimate.ts";
import { sampleCandles } from "./sample-run.ts";

const candles = sampleCandles({ bars: 103, trades: 0, barLength: 60_000 });

describe("mergeCandles", () => {
  test("leaves candles that fit as they are", () => {
    const merged = mergeCandles(candles, 103);
    expect(merged.group).toBe(1);
    expect(merged.close).toBe(candles.close);
  });

  test("keeps the first open, the extremes, the last close and the volume", () => {
    const merged = mergeCandles(candles, 11);
    expect([merged.group, merged.length]).toEqual([10, 11]);
    expect(merged.open[0]).toBe(candles.open[0]);
    expect(merged.close[10]).toBe(candles.close[102]);
    expect(merged.openTime[1]).toBe(candles.openTime[10]);
    expect(merged.closeTime[10]).toBe(candles.closeTime[102]);
    expect(merged.high[3]).toBe(Math.max(...candles.high.subarray(30, 40)));
    expect(merged.low[3]).toBe(Math.min(...candles.low.subarray(30, 40)));
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    expect(sum(merged.volume)).toBeCloseTo(sum(candles.volume), 6);
    expect(sum(merged.trades)).toBe(sum(candles.trades));
  });

  test("never draws more than the limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 103 }), fc.integer({ min: 1, max: 50 }), (length, limit) => {
        const some = sampleCandles({ bars: length, trades: 0, barLength: 60_000 });
        expect(mergeCandles(some, limit).length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test("has nothing to merge in an empty series", () => {
    expect(mergeCandles(sampleCandles({ bars: 0, trades: 0, barLength: 60_000 }), 10).length).toBe(0);
  });
});

test("an indicator of a group is its last value", () => {
  expect([...lastOfGroups(Float64Array.of(1, 2, 3, 4, 5), 2)]).toEqual([2, 4, 5]);
});

describe("rowsOfExtremes", () => {
  const value = fc.oneof(
    { weight: 9, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
  );
  const pair = fc
    .array(fc.tuple(value, value), { maxLength: 300, size: "max" })
    .map((rows) => [0, 1].map((column) => Float64Array.from(rows, (row) => row[column]!)));

  test("keeps first, last and the extremes of each series, in order", () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 30 }), (series, buckets) => {
        const rows = rowsOfExtremes(series, buckets);
        expect([...rows]).toEqual([...new Set(rows)].sort((a, b) => a - b));
        const length = series[0]!.length;
        if (length === 0) return;
        expect([rows[0], rows.at(-1)]).toEqual([0, length - 1]);
        const known = (values: Float64Array): number[] => [...values].filter((number) => !Number.isNaN(number));
        for (const values of series) {
          const drawn = known(pickRows(values, rows));
          expect(Math.max(...drawn)).toBe(Math.max(...known(values)));
          expect(Math.min(...drawn)).toBe(Math.min(...known(values)));
        }
      }),
    );
  });

  test("draws few rows of a long series", () => {
    const values = Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i));
    expect(rowsOfExtremes([values], 1_000).length).toBeLessThanOrEqual(2_002);
  });

  test("has no rows without series or values", () => {
    expect(rowsOfExtremes([], 10).length).toBe(0);
    expect(rowsOfExtremes([new Float64Array()], 10).length).toBe(0);
  });
});
