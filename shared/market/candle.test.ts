import { expect, test } from "vitest";
import { type Candle, type Completeness, isEmpty, weakest } from "./candle.ts";

const ORDER: readonly Completeness[] = ["proven", "reconciled", "unknown", "gap"];

test("the weaker of two is the later in the order", () => {
  for (const [i, a] of ORDER.entries()) {
    for (const [j, b] of ORDER.entries()) expect(weakest(a, b)).toBe(ORDER[Math.max(i, j)]);
  }
});

test.each<[number | null, Completeness, boolean]>([
  [0, "proven", true],
  [0, "reconciled", true],
  [0, "unknown", true],
  [0, "gap", false],
  [1, "proven", false],
  [null, "unknown", false],
])("%s trades, %s: empty is %s", (trades, completeness, empty) => {
  expect(isEmpty({ trades, completeness } as Candle)).toBe(empty);
});
