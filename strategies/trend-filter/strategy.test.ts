import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { computeTearSheet } from "#shared/engine/compute-tear-sheet.ts";
import { randomWalk } from "#shared/engine/random-walk.ts";
import { Run } from "#shared/engine/run.ts";
import type { RunFeed } from "#shared/engine/run-definition.ts";
import { TrendFilter } from "./strategy.ts";

const GOLDEN = new URL("golden.json", import.meta.url);
const START = Date.UTC(2023, 0, 1);
const spec = {
  base: "BTC",
  quote: "USDT",
  priceStep: 0.01,
  amountStep: 0.00001,
  minAmount: 0.00001,
  minNotional: 5,
  takerFee: 0.001,
  makerFee: 0.001,
  validFrom: 0,
};
const instrument = { exchange: "binance", symbol: "BTC/USDT" };

/** Figures and hash of the strategy over a year of hours of a seeded walk. */
function compute() {
  const seed = 3;
  const columns = [
    randomWalk({ timeframe: "1h", start: START, count: 8760, seed, gaps: 0.005 }),
    randomWalk({ timeframe: "1d", start: START, count: 365, seed: seed + 1 }),
  ];
  const feeds: RunFeed[] = [
    { feed: { name: "data", instrument, timeframe: "1h" }, spec, firstClose: START + 3_600_000 },
    { feed: { name: "slow", instrument, timeframe: "1d" }, spec, firstClose: START + 86_400_000 },
  ];
  const run = new Run({
    strategy: TrendFilter,
    params: {},
    feeds,
    broker: { cash: 10_000, fee: null, allowShort: false },
    tradeFrom: START,
  });
  for (const [feed, candles] of columns.entries()) {
    run.offer(feed, candles, 0, candles.length);
    run.end(feed);
  }
  run.advance();
  const { cycles, fills, trades } = run.drain();
  const figures = computeTearSheet({ cycles, fills, trades, candles: columns[0]!, cash: 10_000, fee: spec.takerFee });
  return { resultHash: run.resultHash(), figures };
}

/** After a change that is meant to change results: MILLRACE_UPDATE_GOLDEN=1 npx vitest run strategies/trend-filter */
test("the result over a seeded year is the golden one", () => {
  const result = compute();
  if (process.env["MILLRACE_UPDATE_GOLDEN"] === "1") writeFileSync(GOLDEN, `${JSON.stringify(result, null, 2)}\n`);
  expect(result).toEqual(JSON.parse(readFileSync(GOLDEN, "utf8")));
  expect(result.figures.trades).toBeGreaterThan(20);
});
