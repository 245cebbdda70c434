import { expect, test } from "vitest";
import { deflatedSharpe } from "./sweep-deflated-sharpe.ts";
import { normalProbability, normalQuantile } from "./sweep-normal-distribution.ts";

test("quantiles and probabilities of the normal distribution are the tabulated ones, and each other's inverse", () => {
  expect(normalQuantile(0.5)).toBe(0);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
  expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 12);
  expect(normalQuantile(1 - 1e-6)).toBeCloseTo(4.753424308822899, 9);
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1.5)).toBeNaN();
  expect(normalProbability(1)).toBeCloseTo(0.8413447460685429, 14);
  expect(normalProbability(-3)).toBeCloseTo(0.0013498980316300933, 14);
  for (const p of [1e-12, 1e-5, 0.01, 0.07, 0.0749, 0.0751, 0.3, 0.6, 0.925, 0.99, 0.99999]) {
    expect(Math.abs(normalProbability(normalQuantile(p)) - p)).toBeLessThan(2e-15 + p * 1e-14);
  }
});

/** Five years of days whose Sharpe ratio a day, skewness −3 and kurtosis 10 are those of the paper's example. */
function paperReturns(): Float64Array {
  // Two-point mixtures cannot have kurtosis 10 at skewness -3: 1 + skewness². A third point in the middle can.
  const points = [-9, 0, 9 / 8];
  const days = 1_250;
  const returns = new Float64Array(days);
  for (let i = 0; i < days; i++) returns[i] = i % 50 === 0 ? points[0]! : i % 4 === 0 ? points[2]! : points[1]!;
  return returns;
}

/** The formula once more, written out from the paper with moments by definition. */
function byHand(returns: Float64Array, sharpes: readonly number[]): number {
  const values = [...returns];
  const average = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const mean = average(values);
  const central = (power: number) => average(values.map((value) => (value - mean) ** power));
  const sharpe = mean / Math.sqrt((central(2) * values.length) / (values.length - 1));
  const daily = sharpes.map((each) => each / Math.sqrt(365));
  const variance = daily.reduce((sum, each) => sum + (each - average(daily)) ** 2, 0) / (daily.length - 1);
  const count = sharpes.length;
  const luck =
    Math.sqrt(variance) *
    (0.42278433509846713 * normalQuantile(1 - 1 / count) +
      0.5772156649015329 * normalQuantile(1 - 1 / (count * Math.E)));
  const skewness = central(3) / central(2) ** 1.5;
  const kurtosis = central(4) / central(2) ** 2;
  const spread = Math.sqrt(1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe ** 2);
  return normalProbability(((sharpe - luck) * Math.sqrt(values.length - 1)) / spread);
}

test("the deflated Sharpe ratio follows the paper, and falls with the number of sets tried", () => {
  const returns = paperReturns().map((value) => value / 1_000 + 0.0001);
  const spread = Array.from({ length: 100 }, (_, i) => (i - 50) / 100);
  const result = deflatedSharpe(returns, spread)!;
  expect(result.probability).toBeCloseTo(byHand(returns, spread), 12);
  expect(result.trials).toBe(100);
  // Expected greatest of 100 standard normal values is about 2.53.
  const mean = spread.reduce((sum, each) => sum + each, 0) / 100;
  const deviation = Math.sqrt(spread.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 99);
  expect(result.expectedByLuck / deviation).toBeCloseTo(2.53, 2);
  const tenTimes = Array.from({ length: 10 }, () => spread).flat();
  expect(deflatedSharpe(returns, tenTimes)!.probability).toBeLessThan(result.probability);
});

test("what says nothing gives no figure", () => {
  expect(deflatedSharpe(new Float64Array(100), [1, 2])).toBeNull();
  expect(deflatedSharpe(Float64Array.of(0.1, -0.1, 0.2), [1])).toBeNull();
});
