import { expect, test } from "vitest";
import { type Candle, type Completeness, isEmpty, sameContent, weakest } from "./candle.ts";

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

test("content is all but the revision, missing values included", () => {
  const candle = { open: 1, volume: 10n, quoteVolume: null, revision: 0 } as Candle;
  expect(sameContent(candle, { ...candle, revision: 3 })).toBe(true);
  expect(sameContent(candle, { ...candle, volume: 11n })).toBe(false);
  expect(sameContent(candle, { ...candle, quoteVolume: 0n })).toBe(false);
});
