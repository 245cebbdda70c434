import fc from "fast-check";
import { expect, test } from "vitest";
import { toDecimal } from "#shared/market/decimal.ts";
import { parseDecimalText, parseNumber, parseWholeNumber } from "./number-text.ts";
import { plainNumber } from "./plain-number.ts";

const number = (text: string): number => parseNumber(Buffer.from(`x${text}y`), 1, 1 + text.length);
const whole = (text: string): number => parseWholeNumber(Buffer.from(`1${text}1`), 1, 1 + text.length);

test("a decimal text reads as the nearest double", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 25 });
  fc.assert(
    fc.property(digits, digits, (before, after) => {
      const text = `${before}.${after}`;
      expect(number(text)).toBe(text === "." ? Number.NaN : Number(text));
      if (before !== "") expect(number(before)).toBe(Number(before));
    }),
    { numRuns: 2_000 },
  );
});

test("any positive double written plainly or with an exponent reads back as itself", () => {
  fc.assert(
    fc.property(fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(number(plainNumber(value))).toBe(value);
      expect(number(value.toExponential())).toBe(value);
      expect(plainNumber(value)).not.toContain("e");
    }),
  );
});

test.each(["", "abc", "NaN", "Infinity", "1,5", "1.2.3", "0x10", "1e", "--1", "1 2", "."])(
  "'%s' is no number",
  (text) => {
    expect(number(text)).toBeNaN();
  },
);

test("signs, exponents, surrounding space and long runs of zeros are numbers", () => {
  expect(number("1e-8")).toBe(1e-8);
  expect(number("-0")).toBe(-0);
  expect(number("+3.5")).toBe(3.5);
  expect(number(" 7 ")).toBe(7);
  expect(number("1e400")).toBe(Number.POSITIVE_INFINITY);
  expect(number(`0.${"0".repeat(40)}1`)).toBe(1e-41);
  expect(number(`5.${"0".repeat(40)}`)).toBe(5);
});

test("a whole number has digits only and stays below 2^53", () => {
  expect(whole("0")).toBe(0);
  expect(whole("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
  for (const text of ["9007199254740992", "99999999999999999999", "-1", "", "1.0", "1e3", "a"]) {
    expect(whole(text), text).toBeNaN();
  }
});

test("a decimal text is exact to 18 places and rounds half away from zero after", () => {
  expect(parseDecimalText("0.1")).toBe(10n ** 17n);
  expect(parseDecimalText("12345678901234567890.123456789012345678")).toBe(12345678901234567890123456789012345678n);
  expect(parseDecimalText("0.0000000000000000005")).toBe(1n);
  expect(parseDecimalText("0.00000000000000000049")).toBe(0n);
  expect(parseDecimalText("1e-8")).toBe(10n ** 10n);
  expect(parseDecimalText("1.5E3")).toBe(1500n * 10n ** 18n);
  expect(parseDecimalText("0e9999")).toBe(0n);
  for (const text of ["", ".", "-1", "NaN", "100000000000000000000", "1e9999", "1 2"]) {
    expect(parseDecimalText(text), text).toBeNull();
  }
});

test("a decimal text agrees with the decimal of the double it is the shortest form of", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e19, noNaN: true }), (value) => {
      expect(parseDecimalText(String(value))).toBe(toDecimal(value));
    }),
  );
});
