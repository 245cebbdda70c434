import { expect, test } from "vitest";
import { Lots } from "./lots.ts";

test("counts steps toward zero, forgiving rounding only", () => {
  const lots = new Lots(0.01);
  expect(lots.count(0.29)).toBe(29);
  expect(lots.count(0.1 + 0.2)).toBe(30);
  expect(lots.count(0.299)).toBe(29);
  expect(lots.count(-0.299)).toBe(-29);
  expect(Object.is(lots.count(-0.001), 0)).toBe(true);
  // Half a step short of half a thousand million steps is not forgiven.
  expect(lots.count(4_999_999.995)).toBe(499_999_999);
});

test("gives units that print as they were meant", () => {
  expect(new Lots(0.1).units(3)).toBe(0.3);
  expect(new Lots(0.00001).units(123_457)).toBe(1.23457);
  expect(new Lots(5).units(3)).toBe(15);
  expect(new Lots(0).count(0.1)).toBe(10_000_000);
});
