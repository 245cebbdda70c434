import { expect, test } from "vitest";
import { randomWalk } from "#shared/engine/random-walk.ts";
import { expectGoldenRun } from "#shared/testkit/golden-run.ts";
import { SmaCross } from "./strategy.ts";

const START = Date.UTC(2023, 0, 1);

test("the result over a seeded year is the golden one", () => {
  const candles = randomWalk({ timeframe: "1h", start: START, count: 8760, seed: 1, empty: 0.01, gaps: 0.005 });
  const feeds = [{ name: "data", timeframe: "1h", candles }] as const;
  const run = { strategy: SmaCross, params: { fast: 10, slow: 30 }, feeds };
  const { trades } = expectGoldenRun(run, new URL("golden.json", import.meta.url));
  expect(trades).toBeGreaterThan(20);
});
