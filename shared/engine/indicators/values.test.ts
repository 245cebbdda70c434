import { expect, test } from "vitest";
import type { CandleColumns } from "../../market/candle.ts";
import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { randomWalk } from "../random-walk.ts";
import { ADX } from "./adx.ts";
import { AroonOscillator } from "./aroon.ts";
import { ATR } from "./atr.ts";
import { AccDeOsc, AwesomeOscillator } from "./awesome-oscillator.ts";
import { BollingerBandsPct } from "./bollinger-bands.ts";
import { CCI } from "./cci.ts";
import { CrossDown, CrossUp } from "./cross-over.ts";
import { Delay } from "./delay.ts";
import { DirectionalIndicator } from "./directional-indicator.ts";
import { DMA } from "./dma.ts";
import { EMA } from "./ema.ts";
import { Highest } from "./highest.ts";
import { HMA } from "./hma.ts";
import { HurstExponent } from "./hurst-exponent.ts";
import { Ichimoku } from "./ichimoku.ts";
import { Indicator } from "./indicator.ts";
import { KAMA } from "./kama.ts";
import { KST } from "./kst.ts";
import { Absolute, Add, DivByZero, Divide, Max, Min, Multiply, Negate, Subtract } from "./line-arithmetic.ts";
import { And, Equal, Greater, GreaterOrEqual, If, Less, LessOrEqual, Not, NotEqual, Or } from "./line-logic.ts";
import { Lowest } from "./lowest.ts";
import { NonZeroDifference } from "./non-zero-difference.ts";
import { ParabolicSAR } from "./parabolic-sar.ts";
import { DemarkPivotPoint } from "./pivot-point.ts";
import { RSI_EMA } from "./relative-strength.ts";
import { RSI, RSI_Safe } from "./rsi.ts";
import { SMA } from "./sma.ts";
import { StandardDeviation } from "./standard-deviation.ts";
import { StochasticFast } from "./stochastic.ts";
import { SumN } from "./sum-n.ts";
import { barsOf, emptyFeed, linesOver, valuesOf } from "./test-lines.ts";
import { TSI } from "./tsi.ts";
import { WeightedAverage } from "./weighted-average.ts";
import { WilliamsR } from "./williams-r.ts";
import { WMA } from "./wma.ts";

const { NaN: none } = Number;

/** The last value of a line over bars of the prices. */
function last(columns: CandleColumns, make: (data: FeedView) => Line): number {
  return valuesOf(columns, make).at(-1)!;
}

test("lines are computed with lines and numbers", () => {
  const columns = barsOf([6, 0, -3], [2, 0, 4]);
  const both = (make: (first: Line, second: Line) => Line): number[] =>
    valuesOf(columns, (data) => make(data.close, data.open));
  expect(both((a, b) => new Add(a, b))).toEqual([8, 0, 1]);
  expect(both((a, b) => new Subtract(a, b))).toEqual([4, 0, -7]);
  expect(both((a, b) => new Multiply(a, b))).toEqual([12, 0, -12]);
  expect(both((a, b) => new Divide(a, b))).toEqual([3, none, -0.75]);
  expect(both((a, b) => new DivByZero(a, b, { zero: 9 }))).toEqual([3, 9, -0.75]);
  expect(both((a, b) => new Max(a, b))).toEqual([6, 0, 4]);
  expect(both((a, b) => new Min(a, b))).toEqual([2, 0, -3]);
  expect(both((a) => new Negate(a))).toEqual([-6, -0, 3]);
  expect(both((a) => new Absolute(a))).toEqual([6, 0, 3]);
  expect(both((a) => new Subtract(10, a))).toEqual([4, 10, 13]);
  expect(both((a) => new Subtract(a, 10))).toEqual([-4, -10, -13]);
  expect(both((a) => new Delay(a, { period: 1 }))).toEqual([none, 6, 0]);
  const { data } = emptyFeed();
  expect(() => new Add(data.close, emptyFeed().data.close)).toThrow("lines of one feed");
  expect(() => new Add(1, 2)).toThrow("at least one input line");
});

test("comparisons and logic give 1 and 0, and nothing is true of NaN", () => {
  const columns = barsOf([1, 2, 3, none], [2, 2, 2, 2]);
  const both = (make: (first: Line, second: Line) => Line): number[] =>
    valuesOf(columns, (data) => make(data.close, data.open));
  expect(both((a, b) => new Less(a, b))).toEqual([1, 0, 0, 0]);
  expect(both((a, b) => new LessOrEqual(a, b))).toEqual([1, 1, 0, 0]);
  expect(both((a, b) => new Greater(a, b))).toEqual([0, 0, 1, 0]);
  expect(both((a, b) => new GreaterOrEqual(a, b))).toEqual([0, 1, 1, 0]);
  expect(both((a, b) => new Equal(a, b))).toEqual([0, 1, 0, 0]);
  expect(both((a, b) => new NotEqual(a, b))).toEqual([1, 0, 1, 1]);
  expect(both((a) => new Not(new Greater(a, 1)))).toEqual([1, 0, 0, 1]);
  expect(both((a) => new Not(a))).toEqual([0, 0, 0, 1]);
  expect(both((a) => new And(new Greater(a, 1), new Less(a, 3)))).toEqual([0, 1, 0, 0]);
  expect(both((a) => new Or(new Less(a, 2), new Greater(a, 2)))).toEqual([1, 0, 1, 0]);
  expect(both((a, b) => new If(new Less(a, b), a, -1))).toEqual([1, -1, -1, -1]);
});

test("a cross up or down is told apart, and a difference of 0 keeps the one before", () => {
  const columns = barsOf([1, 3, 2, 1, 2, 3], [2, 2, 2, 2, 2, 2]);
  expect(valuesOf(columns, (data) => new CrossUp(data.close, data.open))).toEqual([none, 1, 0, 0, 0, 1]);
  expect(valuesOf(columns, (data) => new CrossDown(data.close, data.open))).toEqual([none, 0, 0, 1, 0, 0]);
  expect(valuesOf(columns, (data) => new NonZeroDifference(data.close, data.open))).toEqual([-1, 1, 1, -1, -1, 1]);
});

test("where nothing moves, indicators give the value that their page names", () => {
  const flat = barsOf(new Array<number>(90).fill(42));
  expect(last(flat, (data) => new RSI(data.close))).toBe(50);
  expect(last(flat, (data) => new RSI_EMA(data.close))).toBe(50);
  expect(RSI_Safe).toBe(RSI);
  expect(last(flat, (data) => new ADX(data))).toBe(0);
  expect(last(flat, (data) => new DirectionalIndicator(data).minusDI)).toBe(0);
  expect(last(flat, (data) => new TSI(data.close))).toBe(0);
  expect(last(flat, (data) => new KAMA(data.close))).toBe(42);
  expect(last(flat, (data) => new StandardDeviation(data.close))).toBe(0);
  expect(last(flat, (data) => new ATR(data))).toBe(0);
  for (const make of [
    (data: FeedView) => new StochasticFast(data).percD,
    (data: FeedView) => new WilliamsR(data),
    (data: FeedView) => new CCI(data),
    (data: FeedView) => new BollingerBandsPct(data.close).pctb,
    (data: FeedView) => new HurstExponent(data.close),
  ]) {
    expect(last(flat, make)).toBeNaN();
  }
});

test("a rise without a fall is an RSI of 100", () => {
  expect(last(barsOf([1, 2, 3, 4, 5, 6]), (data) => new RSI(data.close, { period: 3 }))).toBe(100);
});

test("a weighted average does not drift, and a NaN leaves with its window", () => {
  const period = 5;
  const wild = Array.from({ length: 5000 }, (_, i) => (i % 11 === 0 ? 1e9 : 1e-3) * (1 + (i % 17) / 3));
  const actual = valuesOf(barsOf(wild), (data) => new WMA(data.close, { period }));
  for (let i = period - 1; i < wild.length; i++) {
    let sum = 0;
    for (let k = 1; k <= period; k++) sum += k * wild[i - period + k]!;
    expect(Math.abs(actual[i]! / (sum / 15) - 1), `bar ${i}`).toBeLessThan(1e-12);
  }
  const holed = [1, 2, none, 4, 5, 6];
  expect(valuesOf(barsOf(holed), (data) => new WMA(data.close, { period: 2 }))).toEqual([
    none,
    5 / 3,
    none,
    none,
    14 / 3,
    17 / 3,
  ]);
  expect(valuesOf(barsOf(holed), (data) => new SumN(data.close, { period: 2 }))).toEqual([none, 3, none, none, 9, 11]);
});

test("a smoothed average goes on from before a NaN", () => {
  expect(valuesOf(barsOf([1, 3, none, 5]), (data) => new EMA(data.close, { period: 2 }))).toEqual([none, 2, none, 4]);
  // A NaN among the first values: the seed takes one more.
  expect(valuesOf(barsOf([1, none, 3, 5]), (data) => new EMA(data.close, { period: 2 }))).toEqual([none, none, 2, 4]);
});

test("extremes are right on any prices, whenever they leave the window", () => {
  const walk = randomWalk({ timeframe: "1m", start: 0, count: 3000, seed: 1 }).close;
  const falling = Array.from({ length: 200 }, (_, i) => 1000 - i);
  for (const prices of [[...walk], falling, falling.map((price) => 1000 - price)]) {
    for (const period of [1, 2, 9]) {
      const [high, low] = linesOver(barsOf(prices), (data) => [
        new Highest(data.close, { period }),
        new Lowest(data.close, { period }),
      ]);
      for (let i = period - 1; i < prices.length; i++) {
        const window = prices.slice(i - period + 1, i + 1);
        expect(high![i]).toBe(Math.max(...window));
        expect(low![i]).toBe(Math.min(...window));
      }
    }
  }
});

test("minimum periods of the defaults are backtrader's", () => {
  const { data } = emptyFeed();
  const periods = [
    new SMA(data.close),
    new DMA(data.close),
    new KAMA(data.close),
    new ATR(data),
    new ADX(data),
    new CCI(data),
    new AwesomeOscillator(data),
    new AccDeOsc(data),
    new AroonOscillator(data),
    new TSI(data.close),
    new ParabolicSAR(data),
    new HurstExponent(data.close),
    new StochasticFast(data).percD,
    new Ichimoku(data).senkouSpanB,
  ].map((line) => line.minPeriod);
  expect(periods).toEqual([30, 30, 31, 15, 28, 39, 34, 38, 15, 38, 2, 40, 16, 78]);
});

test("no line of Ichimoku changes when later bars do", () => {
  const walk = randomWalk({ timeframe: "1m", start: 0, count: 160, seed: 4 });
  const lines = (count: number) =>
    linesOver({ ...walk, length: count }, (data) => {
      const cloud = new Ichimoku(data);
      return [cloud.tenkanSen, cloud.kijunSen, cloud.senkouSpanA, cloud.senkouSpanB, cloud.chikouSpan];
    });
  const whole = lines(160);
  expect(lines(120)).toEqual(whole.map((values) => values.slice(0, 120)));
  expect(whole[4]).toEqual([...walk.close]);
});

test("DeMark's pivot counts the low after a fall, the high after a rise, else the close", () => {
  const base = barsOf([4, 4, 4], [5, 3, 4]);
  const columns = { ...base, high: Float64Array.of(6, 6, 6), low: Float64Array.of(2, 2, 2) };
  const [p, s1, r1] = linesOver(columns, (data) => {
    const pivot = new DemarkPivotPoint(data);
    return [pivot, pivot.s1, pivot.r1];
  });
  expect([p, s1, r1]).toEqual([
    [3.5, 4.5, 4],
    [1, 3, 2],
    [5, 7, 6],
  ]);
});

test("what an indicator cannot be made of is refused", () => {
  const { data } = emptyFeed();
  expect(() => new KST(data.close, { rfactors: [1, 2] })).toThrow("KST has 2 factors: give 4");
  expect(() => new HurstExponent(data.close, { period: 7 })).toThrow("is 7: give 8 or more");
  expect(() => new HMA(data.close, { period: 1 })).toThrow("period is 0");
  expect(() => new WeightedAverage(data.close, { period: 3, weights: [1, 2] })).toThrow("has 2 weights: give 3");
});

test("an indicator of a user's own is a few lines, and others read it", () => {
  class Range extends Indicator {
    readonly high: Line;
    readonly low: Line;
    constructor(data: FeedView) {
      super([data.high, data.low], 1);
      this.high = data.high;
      this.low = data.low;
    }
    override step(): number {
      return this.high.now - this.low.now;
    }
  }
  const columns = { ...barsOf([2, 2, 2]), high: Float64Array.of(3, 5, 9) };
  expect(valuesOf(columns, (data) => new SMA(new Range(data), { period: 2 }))).toEqual([none, 2, 5]);
});
