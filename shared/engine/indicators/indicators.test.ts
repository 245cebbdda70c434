import fc from "fast-check";
import { expect, test } from "vitest";
import type { CandleColumns } from "../../market/candle.ts";
import { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Series } from "../feeds/series.ts";
import { CrossOver } from "./cross-over.ts";
import { EMA } from "./ema.ts";
import { Highest } from "./highest.ts";
import { Indicator } from "./indicator.ts";
import { Lowest } from "./lowest.ts";
import { RSI } from "./rsi.ts";
import { SMA } from "./sma.ts";
import { SMMA } from "./smma.ts";

function bars(close: readonly number[], open: readonly number[] = close): CandleColumns {
  const times = Float64Array.from(close, (_, i) => i);
  const values = Float64Array.from(close);
  return {
    length: close.length,
    openTime: times,
    closeTime: times.map((time) => time + 1),
    open: Float64Array.from(open),
    high: values,
    low: values,
    close: values,
    volume: values,
    trades: values,
  };
}

const feed = { name: "data", instrument: { exchange: "binance", symbol: "BTC/USDT" }, timeframe: "1m" } as const;

/** The values of a line over the bars, one a bar, offered `block` bars at a time. */
function valuesOf(columns: CandleColumns, make: (data: FeedView) => Line, block = columns.length): number[] {
  const series = new Series(Number.NEGATIVE_INFINITY, 5);
  const line = make(new FeedView(feed, 0, series));
  series.seal();
  const values: number[] = [];
  for (let from = 0; from < columns.length; from += block) {
    series.offer(columns, from, Math.min(from + block, columns.length), "data");
    for (
      series.load(Number.POSITIVE_INFINITY);
      series.next < Number.POSITIVE_INFINITY;
      series.load(Number.POSITIVE_INFINITY)
    ) {
      series.take();
      values.push(line.now);
    }
  }
  return values;
}

const wave = Array.from({ length: 60 }, (_, i) => 100 + ((i * 37) % 23) - i / 7);

function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    if (Number.isNaN(value)) expect(actual[i], `bar ${i}`).toBeNaN();
    else expect(actual[i], `bar ${i}`).toBeCloseTo(value, 9);
  }
}

const windows = (values: readonly number[], period: number, fold: (window: readonly number[]) => number): number[] =>
  values.map((_, i) => (i < period - 1 ? Number.NaN : fold(values.slice(i - period + 1, i + 1))));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test("SMA, Highest and Lowest are what their windows say", () => {
  close(
    valuesOf(bars(wave), (data) => new SMA(data.close, { period: 7 })),
    windows(wave, 7, mean),
  );
  close(
    valuesOf(bars(wave), (data) => new SMA(data.close, { period: 1 })),
    wave,
  );
  close(
    valuesOf(bars(wave), (data) => new Highest(data.close, { period: 5 })),
    windows(wave, 5, (w) => Math.max(...w)),
  );
  close(
    valuesOf(bars(wave), (data) => new Lowest(data.close, { period: 5 })),
    windows(wave, 5, (w) => Math.min(...w)),
  );
});

test("the running sum does not drift, and a NaN leaves with its window", () => {
  const wild = Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? 1e12 : 1e-3) * (1 + (i % 17)));
  const expected = windows(wild, 4, mean);
  const actual = valuesOf(bars(wild), (data) => new SMA(data.close, { period: 4 }));
  for (let i = 3; i < wild.length; i += 97) expect(Math.abs(actual[i]! / expected[i]! - 1)).toBeLessThan(1e-14);
  // After the great numbers the window's sum is small again: a plain running sum would keep their rounding.
  const after = [1e16, 3, 1e16, 0.1, 0.2, 0.3, 0.4];
  expect(valuesOf(bars(after), (data) => new SMA(data.close, { period: 2 })).slice(4)).toEqual([
    0.15000000000000002, 0.25, 0.35,
  ]);
  const holed = [1, 2, Number.NaN, 4, Number.POSITIVE_INFINITY, 6, 7, 8];
  close(
    valuesOf(bars(holed), (data) => new SMA(data.close, { period: 2 })),
    [Number.NaN, 1.5, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 6.5, 7.5],
  );
  const { NaN: none } = Number;
  close(
    valuesOf(bars([1, none, 2, 3, 1]), (data) => new Highest(data.close, { period: 2 })),
    [none, none, none, 3, 3],
  );
});

test("EMA and SMMA start from the mean of the first period", () => {
  const smooth = (alpha: number, period: number): number[] => {
    let value = 0;
    return wave.map((x, i) => {
      if (i < period - 1) return Number.NaN;
      value = i === period - 1 ? mean(wave.slice(0, period)) : value * (1 - alpha) + x * alpha;
      return value;
    });
  };
  close(
    valuesOf(bars(wave), (data) => new EMA(data.close, { period: 9 })),
    smooth(0.2, 9),
  );
  close(
    valuesOf(bars(wave), (data) => new SMMA(data.close, { period: 5 })),
    smooth(0.2, 5),
  );
});

test("RSI smooths gains and losses as Wilder does", () => {
  const period = 4;
  const gains = wave.map((x, i) => Math.max(x - wave[i - 1]!, 0));
  const losses = wave.map((x, i) => Math.max(wave[i - 1]! - x, 0));
  let up = mean(gains.slice(1, period + 1));
  let down = mean(losses.slice(1, period + 1));
  const expected = wave.map((_, i) => {
    if (i < period) return Number.NaN;
    if (i > period) {
      up = (up * (period - 1) + gains[i]!) / period;
      down = (down * (period - 1) + losses[i]!) / period;
    }
    return 100 - 100 / (1 + up / down);
  });
  close(
    valuesOf(bars(wave), (data) => new RSI(data.close, { period })),
    expected,
  );
  expect(valuesOf(bars([1, 2, 3, 4]), (data) => new RSI(data.close, { period: 2 })).slice(2)).toEqual([100, 100]);
  expect(valuesOf(bars([1, 1, 1]), (data) => new RSI(data.close, { period: 2 })).slice(2)).toEqual([50]);
});

test("CrossOver compares with the last difference that was not zero", () => {
  const first = [1, 3, 2, 2, 3, 1, 2, 1, 2, 3];
  const second = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2];
  const values = valuesOf(bars(first, second), (data) => new CrossOver(data.close, data.open));
  expect(values.slice(1)).toEqual([1, 0, 0, 0, -1, 0, 0, 0, 1]);
  expect(values[0]).toBeNaN();
  // Nothing was on the other side before.
  expect(valuesOf(bars([2, 3, 1], [2, 2, 2]), (data) => new CrossOver(data.close, data.open)).slice(1)).toEqual([
    0, -1,
  ]);
});

test("minimum periods add up along indicators on indicators", () => {
  const series = new Series(Number.NEGATIVE_INFINITY, 5);
  const data = new FeedView(feed, 0, series);
  const average = new SMA(data.close, { period: 10 });
  const second = new EMA(average, { period: 5 });
  const cross = new CrossOver(average, second);
  expect([average.minPeriod, second.minPeriod, cross.minPeriod, series.minPeriod]).toEqual([10, 14, 15, 15]);
  const values = valuesOf(bars(wave), (view) => new EMA(new SMA(view.close, { period: 10 }), { period: 5 }));
  expect(values.findIndex((value) => !Number.isNaN(value))).toBe(13);
});

const RUNS = Number(process.env["FAST_CHECK_RUNS"] ?? 50);

test("however the bars are cut into blocks, every bit is the same", () => {
  const makers: ((data: FeedView) => Line)[] = [
    (data) => new SMA(data.close, { period: 6 }),
    (data) => new EMA(new SMA(data.close, { period: 3 }), { period: 4 }),
    (data) => new SMMA(data.close, { period: 6 }),
    (data) => new RSI(data.close, { period: 5 }),
    (data) => new CrossOver(data.close, new SMA(data.close, { period: 3 })),
    (data) => new Highest(new RSI(data.close, { period: 2 }), { period: 6 }),
    (data) => new Lowest(data.close, { period: 6 }),
  ];
  const price = fc.oneof(
    { weight: 9, arbitrary: fc.double({ min: 0.01, max: 1e6, noNaN: true }) },
    fc.constant(Number.NaN),
  );
  fc.assert(
    fc.property(fc.array(price, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (prices, block) => {
      for (const make of makers) {
        expect(valuesOf(bars(prices), make, block)).toEqual(valuesOf(bars(prices), make));
      }
    }),
    { numRuns: RUNS },
  );
});

test("refuses inputs of two feeds, broken periods, and state that a snapshot cannot carry", () => {
  const series = new Series(Number.NEGATIVE_INFINITY, 5);
  const data = new FeedView(feed, 0, series);
  const other = new FeedView(feed, 1, new Series(Number.NEGATIVE_INFINITY, 5));
  expect(() => new CrossOver(data.close, other.close)).toThrow("lines of one feed");
  expect(() => new SMA(data.close, { period: 0 })).toThrow("period is 0");
  class Hoarder extends Indicator {
    readonly seen: number[] = [];
    constructor(source: Line) {
      super([source], 1);
    }
    override step(): number {
      return this.seen.push(1);
    }
  }
  new Hoarder(data.close);
  expect(() => series.seal()).toThrow("field 'seen' of indicator Hoarder");
});
