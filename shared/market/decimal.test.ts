import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkDecimal, decimalToNumber, multiplyDecimals, toDecimal } from "./decimal.ts";

const UNIT = 10n ** 18n;

describe("toDecimal", () => {
  test.each<[number, bigint]>([
    [0, 0n],
    [-0, 0n],
    [1, UNIT],
    [-1, -UNIT],
    [1e-8, 10n ** 10n],
    [0.1, 10n ** 17n],
    [64_250.31, 6_425_031n * 10n ** 16n],
    [1e15, 10n ** 33n],
    [999_999_999_999_999.9, 9_999_999_999_999_999n * 10n ** 17n],
    [1e21, 10n ** 39n],
    [1.5e300, 15n * 10n ** 317n],
    [2 ** 53, 2n ** 53n * UNIT],
    [1e-18, 1n],
    [-1e-18, -1n],
    [0.12345678901234568, 123_456_789_012_345_680n],
    [1.234567890123456e-3, 1_234_567_890_123_456n],
    [4.9e-19, 0n],
    [5e-19, 1n],
    [-5e-19, -1n],
    [1.5e-18, 2n],
    [2.5e-18, 3n],
    [-2.5e-18, -3n],
    [1e-19, 0n],
    [5e-324, 0n],
  ])("%s", (value, expected) => expect(toDecimal(value)).toBe(expected));

  test("what prints with at most 18 places comes back as the same double", () => {
    const doubles = fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((value) => Math.abs(value) >= 0.1);
    fc.assert(
      fc.property(doubles, (value) => {
        expect(decimalToNumber(toDecimal(value))).toBe(value);
      }),
    );
  });
});

describe("multiplyDecimals", () => {
  test.each<[bigint, bigint, bigint]>([
    [2n * UNIT, 3n * UNIT, 6n * UNIT],
    [UNIT / 10n, UNIT / 10n, UNIT / 100n],
    [1n, UNIT / 2n, 1n],
    [1n, UNIT / 2n - 1n, 0n],
    [3n, UNIT / 2n, 2n],
    [-1n, UNIT / 2n, -1n],
    [-1n, UNIT / 2n - 1n, 0n],
    [-3n, -UNIT / 2n, 2n],
    [0n, 5n, 0n],
    [10n ** 33n, 10n ** 10n, 10n ** 25n],
  ])("%s × %s", (a, b, expected) => {
    expect(multiplyDecimals(a, b)).toBe(expected);
    expect(multiplyDecimals(b, a)).toBe(expected);
  });
});

describe("decimalToNumber", () => {
  test.each<[bigint, number]>([
    [0n, 0],
    [1n, 1e-18],
    [-UNIT / 4n, -0.25],
    // Halfway between two doubles: to the even one; just past it: up. Rounding twice would give the even one both times.
    [(2n ** 53n + 1n) * UNIT, 2 ** 53],
    [(2n ** 53n + 1n) * UNIT + 1n, 2 ** 53 + 2],
    [300_000_000_000_000_000n, 0.3],
    [10n ** 38n - 1n, 1e20],
  ])("%s", (value, expected) => expect(decimalToNumber(value)).toBe(expected));
});

test("a sum that no column can hold is refused", () => {
  expect(checkDecimal(10n ** 38n - 1n, "volume")).toBe(10n ** 38n - 1n);
  expect(checkDecimal(1n - 10n ** 38n, "volume")).toBe(1n - 10n ** 38n);
  expect(() => checkDecimal(10n ** 38n, "volume")).toThrow("volume is 100000000000000000000, past the 1e20");
  expect(() => checkDecimal(-(10n ** 38n), "volume")).toThrow(RangeError);
});
