import fc from "fast-check";
import { expect, test } from "vitest";
import { exponential } from "./exponential.ts";

test("it is e^x to 1e-14", () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
      expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(Math.max(1e-14, Math.abs(x) * 4e-16));
    }),
  );
  expect(exponential(0)).toBe(1);
});
