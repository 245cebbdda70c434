import fc from "fast-check";
import { expect, test } from "vitest";
import { decimalLogarithm, logarithm, power } from "./logarithm.ts";

function near(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}

test("it is ln x to 4e-16, next to 1 and for subnormal numbers, too", () => {
  fc.assert(
    fc.property(fc.double({ min: 5e-324, max: Number.MAX_VALUE, noNaN: true }), (x) => {
      near(logarithm(x), Math.log(x), 4e-16);
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.double({ min: -0.5, max: 1, noNaN: true }), (x) => near(logarithm(1 + x), Math.log(1 + x), 4e-16)),
    {
      numRuns: 3000,
    },
  );
  expect(logarithm(1)).toBe(0);
  near(logarithm(1 + 2 ** -52), 2 ** -52 - 2 ** -105, 4e-16);
});

test("it has the edges of Math.log", () => {
  for (const x of [0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(logarithm(x)).toBe(Math.log(x));
  }
});

test("decimal logarithms and powers follow from it", () => {
  near(decimalLogarithm(1000), 3, 4e-16);
  fc.assert(
    fc.property(
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      fc.double({ min: -50, max: 50, noNaN: true }),
      (x, y) => near(power(x, y), x ** y, 1e-13),
    ),
  );
  expect([power(0, 2), power(0, -1), power(0, 0), power(5, 0), power(1, 7)]).toEqual([
    0,
    Number.POSITIVE_INFINITY,
    1,
    1,
    1,
  ]);
  expect(power(-1, 2)).toBeNaN();
});
