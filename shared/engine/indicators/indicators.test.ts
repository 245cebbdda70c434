import { expect, test } from "vitest";
import type { Line } from "../feeds/line.ts";
import { CrossOver } from "./cross-over.ts";
import { EMA } from "./ema.ts";
import { Highest } from "./highest.ts";
import { Indicator } from "./indicator.ts";
import { Lowest } from "./lowest.ts";
import { RSI } from "./rsi.ts";
import { SMA } from "./sma.ts";
import { SMMA } from "./smma.ts";
import { barsOf, emptyFeed, valuesOf } from "./test-lines.ts";

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
    valuesOf(barsOf(wave), (data) => new SMA(data.close, { period: 7 })),
    windows(wave, 7, mean),
  );
  close(
    valuesOf(barsOf(wave), (data) => new SMA(data.close, { period: 1 })),
    wave,
  );
  close(
    valuesOf(barsOf(wave), (data) => new Highest(data.close, { period: 5 })),
    windows(wave, 5, (w) => Math.max(...w)),
  );
  close(
    valuesOf(barsOf(wave), (data) => new Lowest(data.close, { period: 5 })),
    windows(wave, 5, (w) => Math.min(...w)),
  );
});

test("the running sum does not drift, and a NaN leaves with its window", () => {
  const wild = Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? 1e12 : 1e-3) * (1 + (i % 17)));
  const expected = windows(wild, 4, mean);
  const actual = valuesOf(barsOf(wild), (data) => new SMA(data.close, { period: 4 }));
  for (let i = 3; i < wild.length; i += 97) expect(Math.abs(actual[i]! / expected[i]! - 1)).toBeLessThan(1e-14);
  // After the great numbers the window's sum is small again: a plain running sum would keep their rounding.
  const after = [1e16, 3, 1e16, 0.1, 0.2, 0.3, 0.4];
  expect(valuesOf(barsOf(after), (data) => new SMA(data.close, { period: 2 })).slice(4)).toEqual([
    0.15000000000000002, 0.25, 0.35,
  ]);
  const holed = [1, 2, Number.NaN, 4, Number.POSITIVE_INFINITY, 6, 7, 8];
  close(
    valuesOf(barsOf(holed), (data) => new SMA(data.close, { period: 2 })),
    [Number.NaN, 1.5, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 6.5, 7.5],
  );
  const { NaN: none } = Number;
  close(
    valuesOf(barsOf([1, none, 2, 3, 1]), (data) => new Highest(data.close, { period: 2 })),
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
    valuesOf(barsOf(wave), (data) => new EMA(data.close, { period: 9 })),
    smooth(0.2, 9),
  );
  close(
    valuesOf(barsOf(wave), (data) => new SMMA(data.close, { period: 5 })),
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
    valuesOf(barsOf(wave), (data) => new RSI(data.close, { period })),
    expected,
  );
  expect(valuesOf(barsOf([1, 2, 3, 4]), (data) => new RSI(data.close, { period: 2 })).slice(2)).toEqual([100, 100]);
  expect(valuesOf(barsOf([1, 1, 1]), (data) => new RSI(data.close, { period: 2 })).slice(2)).toEqual([50]);
});

test("CrossOver compares with the last difference that was not zero", () => {
  const first = [1, 3, 2, 2, 3, 1, 2, 1, 2, 3];
  const second = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2];
  const values = valuesOf(barsOf(first, second), (data) => new CrossOver(data.close, data.open));
  expect(values.slice(1)).toEqual([1, 0, 0, 0, -1, 0, 0, 0, 1]);
  expect(values[0]).toBeNaN();
  // Nothing was on the other side before.
  expect(valuesOf(barsOf([2, 3, 1], [2, 2, 2]), (data) => new CrossOver(data.close, data.open)).slice(1)).toEqual([
    0, -1,
  ]);
});

test("minimum periods add up along indicators on indicators", () => {
  const { data, series } = emptyFeed();
  const average = new SMA(data.close, { period: 10 });
  const second = new EMA(average, { period: 5 });
  const cross = new CrossOver(average, second);
  expect([average.minPeriod, second.minPeriod, cross.minPeriod, series.minPeriod]).toEqual([10, 14, 15, 15]);
  const values = valuesOf(barsOf(wave), (view) => new EMA(new SMA(view.close, { period: 10 }), { period: 5 }));
  expect(values.findIndex((value) => !Number.isNaN(value))).toBe(13);
});

test("refuses inputs of two feeds, broken periods, and state that a snapshot cannot carry", () => {
  const { data, series } = emptyFeed();
  const other = emptyFeed().data;
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
