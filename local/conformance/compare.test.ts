import { expect, test } from "vitest";
import { firstDifference } from "./compare.ts";

test("numbers may differ by 1e-9, relative or absolute", () => {
  expect(firstDifference({ cash: [1e6] }, { cash: [1e6 + 5e-4] })).toBeNull();
  expect(firstDifference({ cash: [0] }, { cash: [5e-10] })).toBeNull();
  expect(firstDifference({ cash: [1, 1] }, { cash: [1, 1 + 3e-9] })).toBe("cash[1]: expected 1, got 1.000000003");
  expect(firstDifference({ cash: [null] }, { cash: [0] })).toBe("cash[0]: expected null, got 0");
});

test("sizes, counts, words and lengths may not", () => {
  for (const key of ["bar", "size", "remSize", "barLen", "tradeId", "minPeriod"]) {
    expect(firstDifference({ [key]: 1 }, { [key]: 1 + 1e-12 })).not.toBeNull();
  }
  expect(firstDifference({ position: { d0: [1] } }, { position: { d0: [1 + 1e-12] } })).not.toBeNull();
  expect(firstDifference({ final: { bars: 1 } }, { final: { bars: 1 + 1e-12 } })).not.toBeNull();
  expect(firstDifference({ label: "a" }, { label: "b" })).toBe('label: expected "a", got "b"');
  expect(firstDifference([1, 2], [1])).toBe(".length: expected 2, got 1");
  expect(firstDifference([], {})).toBe(": expected an array, got {}");
  expect(firstDifference({ a: {} }, {})).toBe("a: expected an object, got undefined");
});

test("a key that only the result has is free", () => {
  expect(firstDifference({ a: 1 }, { a: 1, b: 2 })).toBeNull();
});

test("orders cancelled together may come in any order, others not", () => {
  const cancelled = (label: string, bar = 1) => ({ bar, label, status: "Canceled" });
  expect(
    firstDifference({ orders: [cancelled("a"), cancelled("b")] }, { orders: [cancelled("b"), cancelled("a")] }),
  ).toBeNull();
  expect(
    firstDifference({ orders: [cancelled("a"), cancelled("b", 2)] }, { orders: [cancelled("b", 2), cancelled("a")] }),
  ).not.toBeNull();
  const filled = (label: string) => ({ bar: 1, label, status: "Completed" });
  expect(
    firstDifference({ orders: [filled("a"), filled("b")] }, { orders: [filled("b"), filled("a")] }),
  ).not.toBeNull();
});
