import { expect, test } from "vitest";
import { randomWalk } from "#shared/engine/random-walk.ts";
import { expectGoldenRun } from "#shared/testkit/golden-run.ts";
import { TrendFilter } from "./strategy.ts";

const START = Date.UTC(2023, 0, 1);

test("the result over a seeded year is the golden one", () => {
  const hours = randomWalk({ timeframe: "1h", start: START, count: 8760, seed: 3, gaps: 0.005 });
  const days = randomWalk({ timeframe: "1d", start: START, count: 365, seed: 4 });
  const feeds = [
    { name: "data", timeframe: "1h", candles: hours },
    { name: "slow", timeframe: "1d", candles: days },
  ] as const;
  const run = { strategy: TrendFilter, params: {}, feeds };
  const { trades } = expectGoldenRun(run, new URL("golden.json", import.meta.url));
  expect(trades).toBeGreaterThan(20);
});
