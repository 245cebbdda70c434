import { expect, test } from "vitest";
import { randomWalk } from "./random-walk.ts";
import { Run } from "./run.ts";
import { Strategy, type StrategyClass } from "./strategy.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const candles = randomWalk({ timeframe: "1h", start: START, count: 3, seed: 1 });
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

function run(strategy: StrategyClass): void {
  const run = new Run({
    strategy,
    params: {},
    feeds: [{ feed: { name: "data", instrument, timeframe: "1h" }, spec, firstClose: START + HOUR }],
    broker: { cash: 10_000, fee: null, allowShort: false },
    tradeFrom: START,
  });
  run.offer(0, candles, 0, candles.length);
  run.end(0);
  run.advance();
}

test("a field that changes is refused with the place where it belongs", () => {
  class Counts extends Strategy({}) {
    count = 0;
    override next(): void {
      this.count++;
    }
  }
  class Lists extends Strategy({}) {
    readonly seen: number[] = [];
  }
  class Breaks extends Strategy({}) {
    override next(): void {
      throw new TypeError("no such thing");
    }
  }
  const advice = /; what changes from bar to bar belongs in state = \{ … \}$/;
  expect(() => run(Counts)).toThrow(/^Counts\.next failed at 2024-01-01T00:59:59\.999Z: .*'count'/);
  expect(() => run(Counts)).toThrow(advice);
  expect(() => run(Lists)).toThrow(advice);
  expect(() => run(Breaks)).toThrow(/no such thing$/);
});

test.each([
  ["a long message", new Error("x".repeat(1_000_000)), `${"x".repeat(1_999)}…`],
  ["no error", 7, "7"],
  ["what has no words", Object.create(null), "it threw what cannot be told in words"],
])("what it threw is told in a text of bounded length: %s", (_what, thrown, reason) => {
  class Throws extends Strategy({}) {
    override next(): void {
      throw thrown;
    }
  }
  expect(() => run(Throws)).toThrow(new RegExp(`: ${reason}$`));
});
