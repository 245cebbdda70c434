import { expect, test } from "vitest";
import { dailyValues, rollingFigures } from "./rolling.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test("a day's value is its last", () => {
  const daily = dailyValues(Float64Array.of(0, HOUR, DAY + HOUR, DAY + 2 * HOUR), Float64Array.of(1, 2, 3, 4));
  expect([...daily.time]).toEqual([0, DAY]);
  expect([...daily.values]).toEqual([2, 4]);
});

test("a long run is rolled over 30 days", () => {
  const time = Float64Array.from({ length: 61 }, (_, i) => i * DAY);
  const values = Float64Array.from(time, (_, i) => 100 * 1.01 ** i);
  const rolling = rollingFigures(time, values)!;
  expect([rolling.window, rolling.unit, rolling.return.length]).toEqual([30, "day", 31]);
  expect(rolling.time[0]).toBe(30 * DAY);
  expect(rolling.return[30]).toBeCloseTo(1.01 ** 30 - 1, 12);
  expect(rolling.volatility[30]).toBeCloseTo(0, 6);
});

test("volatility is the sample deviation of the steps in a year", () => {
  const time = Float64Array.from({ length: 60 }, (_, i) => i * DAY);
  const values = new Float64Array(60);
  values[0] = 100;
  for (let i = 1; i < 60; i++) values[i] = values[i - 1]! * (i % 2 === 0 ? 1.02 : 0.99);
  const deviation = 0.015 * Math.sqrt(30 / 29);
  expect(rollingFigures(time, values)!.volatility[0]).toBeCloseTo(deviation * Math.sqrt(365), 10);
});

test("a short run is rolled over bars, a very short one not at all", () => {
  const time = Float64Array.from({ length: 20 }, (_, i) => i * HOUR);
  const values = Float64Array.from(time, (_, i) => 100 + i);
  expect(rollingFigures(time, values)).toMatchObject({ window: 10, unit: "bar" });
  expect(rollingFigures(time.subarray(1), values.subarray(1))).toBeNull();
  expect(rollingFigures(new Float64Array(), new Float64Array())).toBeNull();
});
