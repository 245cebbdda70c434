import { expect, test } from "vitest";
import {
  type ActingOptions,
  acting,
  type Bar,
  barsOf,
  defineRun,
  endsOf,
  HOUR,
  runOver,
} from "#shared/testkit/acting-run.ts";
import { Run } from "../run.ts";
import type { TradeEvent } from "./round-trip.ts";

const DAY = 24 * HOUR;
const FLAT: Bar = [100, 100, 100, 100];
const flat = (price: number): Bar => [price, price, price, price];

test("resting limits pay the maker's fee, a limit that finds its price on arrival the taker's", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    self.buy({ size: 1, execType: "Limit", price: 101 });
    self.buy({ size: 1, execType: "Limit", price: 95 });
    self.buy({ size: 1, execType: "Limit", price: 91 });
  });
  const commission = { type: "percent", rate: 0.01, makerRate: 0.001 } as const;
  const events = runOver(defineRun(strategy, { commission }), barsOf([FLAT, FLAT, [99, 99, 94, 94], flat(90)]));
  expect(events.fills.map(({ price, fee, maker }) => [price, fee, maker])).toEqual([
    [100, 1, undefined],
    [95, 0.095, true],
    [90, 0.09, true],
  ]);
});

test("the minimum is one an order, not one a fill", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 4 });
  });
  const commission = { type: "fixed", amount: 1, minimum: 2.5 } as const;
  const settings = { commission, filler: { type: "fixedSize", size: 1 } } as const;
  const events = runOver(defineRun(strategy, settings), barsOf(Array<Bar>(6).fill(FLAT)));
  expect(events.fills.map(({ fee }) => fee)).toEqual([2.5, 0, 0.5, 1]);
  expect(events.cycles.cash.at(-1)).toBe(10_000 - 400 - 4);
});

test("futures take their margin, and profit is in the cash each cycle", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.sell({ size: 2 });
    if (bar === 3) self.close();
  });
  const commission = { type: "futures", amount: 3, margin: 500, mult: 10 } as const;
  const events = runOver(defineRun(strategy, { commission }), barsOf([FLAT, [100, 100, 90, 90], flat(95), flat(80)]));
  expect([...events.cycles.cash]).toEqual([10_000, 9_194, 9_094, 10_388]);
  expect([...events.cycles.value]).toEqual([10_000, 10_194, 10_094, 10_388]);
  expect(events.trades.map(({ pnl, fees }) => [pnl, fees])).toEqual([[400, 12]]);
});

test("an increase of futures books what the contracts held before have earned up to its price", () => {
  const strategy = acting((self, bar) => {
    if (bar <= 2) self.buy({ size: 1 });
  });
  const commission = { type: "futures", amount: 0, margin: 500, mult: 10 } as const;
  const candles = barsOf([FLAT, FLAT, [110, 120, 110, 120]]);
  const events = runOver(defineRun(strategy, { commission }), candles);
  expect([...events.cycles.cash]).toEqual([10_000, 9_500, 9_300]);
  expect([...events.cycles.value]).toEqual([10_000, 10_000, 10_300]);
});

test("leverage takes a part of the value, interest is paid for each day and lowers the trade's profit", () => {
  const trades: TradeEvent[] = [];
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 10 });
    if (bar === 3) self.close();
    trades.splice(0, trades.length, ...self.state.trades);
  });
  const commission = { type: "percent", rate: 0, leverage: 4, interest: 0.365, interestLong: true } as const;
  const candles = barsOf([FLAT, FLAT, flat(110), flat(120)], undefined, DAY);
  const events = runOver(defineRun(strategy, { commission, timeframe: "1d" }), candles);
  expect([...events.cycles.cash]).toEqual([10_000, 9_750, 9_749, 10_198]);
  expect([...events.cycles.value]).toEqual([10_000, 10_000, 10_099, 10_198]);
  expect(trades.at(-1)).toMatchObject({ pnl: 200, fees: 2, netPnl: 198 });
});

test("a short whose proceeds are locked loses without end", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.sell({ size: 10 });
  });
  const definition = defineRun(strategy, { shortCash: false });
  const events = runOver(definition, barsOf([FLAT, FLAT, flat(150), flat(250)]));
  expect([...events.cycles.cash]).toEqual([10_000, 9_000, 9_000, 9_000]);
  expect([...events.cycles.value]).toEqual([10_000, 10_000, 9_500, 8_500]);
});

test("a bracket under locked shorts is checked as one position, not as three", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.sellBracket({ size: 90, execType: "Market", stopPrice: 110, limitPrice: 90, tag: "b" });
  });
  const events = runOver(defineRun(strategy, { shortCash: false }), barsOf([FLAT, FLAT, [100, 100, 90, 90]]));
  expect(endsOf(events)).toEqual(["b -90@100", "b Completed", "b 90@90", "b Completed", "b Canceled"]);
});

test("slippage passes neither the bar nor a limit unless told to", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    self.sell({ size: 1, execType: "Limit", price: 99, tag: "limit" });
    self.buy({ size: 1, execType: "StopLimit", price: 101, priceLimit: 101.5, tag: "stop-limit" });
    self.buy({ size: 1, tag: "market" });
  });
  const candles = barsOf([FLAT, [100, 102, 99.5, 100]]);
  const prices = (settings: object): number[] =>
    runOver(defineRun(strategy, { slippage: { fixed: 3, ...settings } }), candles).fills.map(({ price }) => price);
  expect(prices({})).toEqual([99.5, 101.5, 102]);
  expect(prices({ slipMatch: false })).toEqual([99.5, 101.5]);
  expect(prices({ slipMatch: false, slipLimit: false })).toEqual([]);
  expect(prices({ slipOut: true })).toEqual([97, 104, 103]);
  expect(prices({ slipOpen: false })).toEqual([100, 101.5, 100]);
});

test("a fill of one trade turns that trade alone, whatever it does to the position", () => {
  const trades: TradeEvent[] = [];
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 3, tradeId: 1 });
    if (bar === 2) self.buy({ size: 5, tradeId: 2 });
    if (bar === 3) self.sell({ size: 4, tradeId: 1 });
    trades.splice(0, trades.length, ...self.state.trades);
  });
  const settings = { commission: { type: "fixed", amount: 1 } } as const;
  const events = runOver(defineRun(strategy, settings), barsOf([FLAT, FLAT, flat(110), flat(120)]));
  expect(trades.map(({ tradeId, status, size, pnl, fees }) => [tradeId, status, size, pnl, fees])).toEqual([
    [1, "opened", 3, 0, 3],
    [2, "opened", 5, 0, 5],
    [1, "closed", 0, 60, 6],
    [1, "opened", -1, 0, 1],
  ]);
  expect(events.trades.map(({ tradeId, pnl }) => [tradeId, pnl])).toEqual([[1, 60]]);
  expect(events.cycles.position[0]!.at(-1)).toBe(4);
});

test("every setting is part of the definition that a snapshot goes on with", () => {
  const strategy = acting(() => {});
  const plain = new Run(defineRun(strategy)).snapshot();
  const others: readonly ActingOptions[] = [
    { commission: { type: "percent", rate: 0 } },
    { shortCash: false },
    { cheatOnOpen: true },
    { cheatOnClose: true },
    { slippage: { perc: 0 } },
    { filler: { type: "fixedSize" } },
    { sizer: { type: "fixedSize", stake: 1 } },
  ];
  for (const settings of others) {
    expect(() => new Run(defineRun(strategy, settings)).restore(plain)).toThrow(
      "the snapshot is of another run: broker",
    );
  }
  const { feeds, ...rest } = defineRun(strategy);
  const own = { ...rest, feeds: [{ ...feeds[0]!, commission: { type: "percent", rate: 0 } as const }] };
  expect(() => new Run(own).restore(plain)).toThrow("the snapshot is of another run: feeds");
});

test("bad settings are refused when the run is made", () => {
  const strategy = acting(() => {});
  const made = (settings: object) => () => runOver(defineRun(strategy, settings), barsOf([FLAT]));
  expect(made({ fee: 0.1, commission: { type: "percent", rate: 0 } })).toThrow("both a fee of 0.1 and a commission");
  expect(made({ commission: { type: "percent" } })).toThrow("rate of the percent commission is undefined");
  expect(made({ commission: { type: "futures", amount: 1, margin: 0, mult: 1 } })).toThrow("margin of the futures");
  expect(made({ commission: { type: "free" } })).toThrow("commission type is 'free'");
  expect(made({ commission: { type: "fixed", amount: 1, leverage: 0 } })).toThrow("leverage of the fixed");
  expect(made({ slippage: { perc: 1 } })).toThrow("slippage is");
  expect(made({ slippage: { perc: 0.1, fixed: 1 } })).toThrow("give one of");
  expect(made({ filler: { type: "fixedSize", size: 0 } })).toThrow("volume filler");
  expect(made({ filler: { type: "barPointPerc", perc: 1, minMov: -1 } })).toThrow("volume filler");
  expect(made({ filler: { type: "halves", perc: 1 } })).toThrow("volume filler");
  expect(made({ sizer: { type: "fixedSize", stake: 0 } })).toThrow("the sizer is");
  expect(made({ sizer: { type: "martingale" } })).toThrow("the sizer is");
});
