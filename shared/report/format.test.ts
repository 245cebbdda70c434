import { describe, expect, test } from "vitest";
import {
  barEnd,
  digitsOfMoney,
  digitsOfStep,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatSigned,
  formatTime,
} from "./format.ts";

const HOUR = 3_600_000;

describe("formatNumber", () => {
  test.each([
    [1234567.891, 2, "1\u202f234\u202f567.89"],
    [999.5, 0, "1\u202f000"],
    [-1234.5, 1, "\u22121\u202f234.5"],
    [0, 2, "0.00"],
    [-0.001, 2, "0.00"],
    [0.00000012, 8, "0.00000012"],
    [null, 2, "\u2013"],
    [Number.NaN, 2, "\u2013"],
    [Number.NEGATIVE_INFINITY, 2, "\u2212\u221e"],
  ])("%s with %i places is %s", (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text);
  });
});

test("a plus sign stands only before what is shown as more than zero", () => {
  expect(formatSigned(2.345678, 2)).toBe("+2.35");
  expect(formatSigned(0.001, 2)).toBe("0.00");
  expect(formatSigned(-3, 0)).toBe("\u22123");
  expect(formatSigned(null, 0)).toBe("\u2013");
});

test("fractions become percentages", () => {
  expect(formatPercent(-0.12345)).toBe("\u221212.35\u202f%");
  expect(formatPercent(null)).toBe("\u2013");
});

test("steps and sums have the decimal places that they need", () => {
  expect([1, 0.5, 0.01, 0.00001, 1e-8, 0].map(digitsOfStep)).toEqual([0, 1, 2, 5, 8, 8]);
  expect([10_000, 12, 0.05].map(digitsOfMoney)).toEqual([2, 4, 8]);
});

test("times are UTC, and have seconds where there are any", () => {
  expect(formatTime(Date.UTC(2026, 2, 1, 4, 5))).toBe("2026-03-01 04:05");
  expect(formatTime(Date.UTC(2026, 2, 1, 4, 5, 9))).toBe("2026-03-01 04:05:09");
  expect(formatTime(null)).toBe("\u2013");
});

test("the clock of a cycle is read as the end of its bar", () => {
  expect(barEnd(HOUR - 1)).toBe(HOUR);
  expect(barEnd(HOUR)).toBe(HOUR);
});

test.each([
  [0, "0\u202fs"],
  [250, "250\u202fms"],
  [61_000, "1\u202fmin 1\u202fs"],
  [3 * 24 * HOUR + 4 * HOUR, "3\u202fd 4\u202fh"],
  [2 * HOUR, "2\u202fh"],
  [1500 * 24 * HOUR + HOUR, "1\u202f500\u202fd"],
])("a span of %i ms is %s", (span, text) => {
  expect(formatDuration(span)).toBe(text);
});

test("a count agrees with its noun", () => {
  expect(formatCount(1, "trade")).toBe("1\u202ftrade");
  expect(formatCount(0, "trade")).toBe("0\u202ftrades");
});
