import { expect, test } from "vitest";
import { logarithmicTicks } from "./page/logarithmic-ticks.mts";
import { percentAxis } from "./page/percent-axis.mts";
import { timeLabels } from "./page/time-axis.mts";

const DAY = 86_400;

test("a logarithmic axis has round ticks, within a decade and over many", () => {
  expect(logarithmicTicks(8_445, 10_900)).toEqual([8_500, 9_000, 9_500, 10_000, 10_500]);
  expect([logarithmicTicks(0, 0), logarithmicTicks(0, 10), logarithmicTicks(5, 5)]).toEqual([[], [], []]);
  expect(logarithmicTicks(90, 2_500)).toEqual([100, 200, 500, 1_000, 2_000]);
});

test("a time axis names what its ticks are, and once the day or year that they are in", () => {
  const start = Date.UTC(2025, 11, 31, 12) / 1_000;
  expect(timeLabels([start, start + DAY / 4, start + DAY / 2], DAY / 4)).toEqual([
    "12:00\n31 Dec 2025",
    "18:00",
    "00:00\n1 Jan 2026",
  ]);
  expect(timeLabels([start, start + DAY], DAY)).toEqual(["31 Dec\n2025", "1 Jan\n2026"]);
  expect(timeLabels([start, start + 31 * DAY], 28 * DAY)).toEqual(["Dec\n2025", "Jan\n2026"]);
  expect(timeLabels([start], 365 * DAY)).toEqual(["2025"]);
  expect(timeLabels([start, start + 5], 5)).toEqual(["12:00:00\n31 Dec 2025", "12:00:05"]);
});

test("ticks of a percent axis say what they are", () => {
  const labels = (ticks: readonly number[], step: number) => ticks.map((tick) => percentAxis(tick, step));
  expect(labels([0, 0.025, 0.05], 0.025)).toEqual(["0.0\u202f%", "2.5\u202f%", "5.0\u202f%"]);
  expect(labels([0.1, 0.2], 0.1)).toEqual(["10\u202f%", "20\u202f%"]);
  expect(labels([0.0025], 0.0025)).toEqual(["0.25\u202f%"]);
});
