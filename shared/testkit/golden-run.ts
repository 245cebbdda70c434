import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { computeTearSheet } from "#shared/engine/compute-tear-sheet.ts";
import type { ParameterValue } from "#shared/engine/parameter.ts";
import { Run } from "#shared/engine/run.ts";
import type { StrategyClass } from "#shared/engine/strategy.ts";
import type { TearSheet } from "#shared/engine/tear-sheet.ts";
import type { CandleColumns } from "#shared/market/candle.ts";
import type { InstrumentSpec } from "#shared/market/instrument.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";

/** A run that a strategy's test expects to stay as it is. */
export interface GoldenRun {
  readonly strategy: StrategyClass;
  readonly params: Readonly<Record<string, ParameterValue>>;
  /** The first one's name is of no matter; the others have the names that the strategy asks for. */
  readonly feeds: readonly {
    readonly name: string;
    readonly timeframe: Timeframe;
    readonly candles: CandleColumns;
  }[];
}

const CASH = 10_000;
const instrument = { exchange: "binance", symbol: "BTC/USDT" };
const spec: InstrumentSpec = {
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

/**
 * Expects figures and result hash of a run to be those in the file `golden`, and returns the figures. After a change
 * that is meant to change results, MILLRACE_UPDATE_GOLDEN=1 writes the file anew.
 */
export function expectGoldenRun({ strategy, params, feeds }: GoldenRun, golden: URL): TearSheet {
  const run = new Run({
    strategy,
    params,
    feeds: feeds.map(({ name, timeframe, candles }) => ({
      feed: { name, instrument, timeframe },
      spec,
      firstClose: candles.closeTime[0]!,
    })),
    broker: { cash: CASH, fee: null, allowShort: false },
    tradeFrom: feeds[0]!.candles.openTime[0]!,
  });
  for (const [feed, { candles }] of feeds.entries()) {
    run.offer(feed, candles, 0, candles.length);
    run.end(feed);
  }
  run.advance();
  const { cycles, fills, trades } = run.drain();
  const candles = feeds[0]!.candles;
  const figures = computeTearSheet({ cycles, fills, trades, candles, cash: CASH, fee: spec.takerFee });
  const result = { resultHash: run.resultHash(), figures };
  if (process.env["MILLRACE_UPDATE_GOLDEN"] === "1") writeFileSync(golden, `${JSON.stringify(result, null, 2)}\n`);
  expect(result).toEqual(JSON.parse(readFileSync(golden, "utf8")));
  return figures;
}
