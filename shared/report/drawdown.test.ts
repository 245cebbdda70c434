import { expect, test } from "vitest";
import { underwater, worstDrawdowns } from "./drawdown.ts";

const VALUES = Float64Array.of(100, 120, 90, 110, 120, 60, 130, 117);
const TIME = Float64Array.from(VALUES, (_, i) => i * 1_000);

test("under water is the fall from the highest value so far", () => {
  const result = underwater(VALUES);
  expect([...result]).toEqual([0, 0, -0.25, 110 / 120 - 1, 0, -0.5, 0, 117 / 130 - 1]);
  expect([...underwater(Float64Array.of(Number.NaN, 10, 5))]).toEqual([Number.NaN, 0, -0.5]);
  expect(underwater(new Float64Array()).length).toBe(0);
});

test("the worst falls come first, with peak, bottom and recovery", () => {
  expect(worstDrawdowns(TIME, VALUES, 2)).toEqual([
    { peakTime: 4_000, troughTime: 5_000, recoveryTime: 6_000, depth: 0.5 },
    { peakTime: 1_000, troughTime: 2_000, recoveryTime: 4_000, depth: 0.25 },
  ]);
});

test("a fall that lasts has no recovery", () => {
  expect(worstDrawdowns(TIME, VALUES, 5)[2]).toMatchObject({ peakTime: 6_000, recoveryTime: null });
});

test("an account that never fell, or never was, has no drawdown", () => {
  expect(worstDrawdowns(TIME.subarray(0, 2), VALUES.subarray(0, 2), 5)).toEqual([]);
  expect(worstDrawdowns(new Float64Array(), new Float64Array(), 5)).toEqual([]);
});
