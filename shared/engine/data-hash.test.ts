import { expect, test } from "vitest";
import { DataHash } from "./data-hash.ts";
import { randomWalk } from "./random-walk.ts";

const candles = randomWalk({ timeframe: "1m", start: Date.UTC(2024, 0, 1), count: 50, seed: 1, empty: 0.2 });

test("depends on the candles, not on how they are cut", () => {
  const whole = new DataHash();
  whole.add(candles, 0, 50);
  const parts = new DataHash();
  parts.add(candles, 0, 7);
  parts.add(candles, 7, 50);
  expect(parts.digest()).toBe(whole.digest());
  expect(whole.digest()).toMatch(/^[0-9a-f]{32}$/);
});

test("every column counts", () => {
  const columns = ["openTime", "closeTime", "open", "high", "low", "close", "volume", "trades"] as const;
  const digests = columns.map((column) => {
    const changed = { ...candles, [column]: candles[column].map((value, i) => (i === 30 ? value + 1 : value)) };
    const hash = new DataHash();
    hash.add(changed, 0, 50);
    return hash.digest();
  });
  expect(new Set(digests).size).toBe(columns.length);
});
