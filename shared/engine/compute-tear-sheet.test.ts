import { expect, test } from "vitest";
import type { CandleColumns } from "../market/candle.ts";
import { power } from "../market/logarithm.ts";
import { computeTearSheet } from "./compute-tear-sheet.ts";
import type { FillRow, TradeRow } from "./run-events.ts";

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);

/** A bar a day with these values; positions held where `held` says. */
function daily(values: readonly number[], held: readonly number[] = values.map(() => 0)) {
  const times = Float64Array.from(values, (_, i) => START + (i + 1) * DAY - 1);
  return {
    length: values.length,
    time: times,
    cash: Float64Array.from(values),
    value: Float64Array.from(values),
    position: [Float64Array.from(held)],
  };
}

function candles(prices: readonly number[], before = 0): CandleColumns {
  const column = Float64Array.from(prices);
  const openTime = Float64Array.from(prices, (_, i) => START + (i - before) * DAY);
  return {
    length: prices.length,
    openTime,
    closeTime: openTime.map((time) => time + DAY),
    open: column,
    high: column,
    low: column,
    close: column,
    volume: column,
    trades: column,
  };
}

function trade(pnl: number, fees: number): TradeRow {
  const none = {
    seq: 0,
    trade: 1,
    feed: "data",
    openTime: 0,
    closeTime: 0,
    size: 1,
    entryPrice: 1,
    exitPrice: 1,
    bars: 1,
  };
  return { ...none, pnl, fees, tag: null, exitTag: null, exitType: "Market" };
}

const fill = (size: number, price: number, fee: number): FillRow => ({
  seq: 0,
  time: 0,
  order: 1,
  feed: "data",
  size,
  price,
  fee,
  pnl: 0,
});

test("a short run has its plain figures, and no ratios", () => {
  const sheet = computeTearSheet({
    cycles: daily([1000, 1100, 990, 1045], [0, 2, 2, 0]),
    fills: [fill(2, 500, 1), fill(-2, 545, 1.09)],
    trades: [trade(90, 2.09), trade(-40, 10), trade(10, 10)],
    candles: candles([50, 40, 100, 80, 60, 120, 500], 2),
    cash: 1000,
    fee: 0.25,
  });
  expect(sheet).toMatchObject({
    startTime: START,
    endTime: START + 4 * DAY,
    bars: 4,
    startValue: 1000,
    finalCash: 1045,
    finalValue: 1045,
    maxDrawdownMs: 2 * DAY,
    trades: 3,
    wins: 1,
    exposure: 0.5,
    cagr: null,
    volatility: null,
    sharpe: null,
    sortino: null,
    calmar: null,
    valueAtRisk: null,
  });
  expect(sheet.totalReturn).toBeCloseTo(0.045, 12);
  expect(sheet.maxDrawdown).toBeCloseTo(0.1, 12);
  expect(sheet.winRate).toBeCloseTo(1 / 3, 12);
  expect(sheet.profitFactor).toBeCloseTo(87.91 / 50, 12);
  expect(sheet.expectancy).toBeCloseTo(37.91 / 3, 12);
  expect(sheet.turnover).toBeCloseTo(2090 / 1033.75, 12);
  expect(sheet.fees).toBeCloseTo(2.09, 12);
  // Bought at 100 with a quarter of the price as fee: 8 units.
  expect(sheet.buyAndHold).toEqual({ finalValue: 960, totalReturn: 960 / 1000 - 1, maxDrawdown: 0.52 });
});

test("the yearly growth has the same bits on any machine", () => {
  const values = Array.from({ length: 200 }, (_, i) => 1000 + ((i * 37) % 101));
  for (let days = 30; days <= values.length; days++) {
    const kept = values.slice(0, days);
    const input = { cycles: daily(kept), fills: [], trades: [], candles: candles(kept), cash: 1000, fee: 0 };
    const { cagr, totalReturn } = computeTearSheet(input);
    expect(cagr).toBe(power(1 + totalReturn, 365 / days) - 1);
  }
});

test("ratios come from daily values, 365 days a year", () => {
  const values = Array.from(
    { length: 73 },
    (_, i) => 1000 * 1.01 ** Math.ceil((i + 1) / 2) * 0.995 ** Math.floor((i + 1) / 2),
  );
  const sheet = computeTearSheet({
    cycles: daily(values),
    fills: [],
    trades: [],
    candles: candles(values),
    cash: 1000,
    fee: 0,
  });
  const returns = values.map((value, i) => value / (values[i - 1] ?? 1000) - 1);
  const mean = returns.reduce((sum, x) => sum + x, 0) / 73;
  const deviation = Math.sqrt(returns.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 72);
  const downside = Math.sqrt((36 * 0.005 ** 2) / 73);
  expect(sheet.cagr).toBeCloseTo((values[72]! / 1000) ** 5 - 1, 10);
  expect(sheet.volatility).toBeCloseTo(deviation * Math.sqrt(365), 10);
  expect(sheet.sharpe).toBeCloseTo((mean / deviation) * Math.sqrt(365), 8);
  expect(sheet.sortino).toBeCloseTo((mean / downside) * Math.sqrt(365), 8);
  expect(sheet.maxDrawdown).toBeCloseTo(0.005, 12);
  expect(sheet.calmar).toBeCloseTo(sheet.cagr! / 0.005, 6);
  expect(sheet.valueAtRisk).toBeCloseTo(0.005, 12);
  expect(sheet.monthly.map(({ month }) => month)).toEqual(["2024-01", "2024-02", "2024-03"]);
  expect(sheet.monthly[1]!.return).toBeCloseTo(values[59]! / values[30]! - 1, 12);
  const product = sheet.monthly.reduce((total, month) => total * (1 + month.return), 1);
  expect(product - 1).toBeCloseTo(sheet.totalReturn, 10);
  expect([sheet.winRate, sheet.profitFactor, sheet.expectancy]).toEqual([null, null, null]);
});

test("a day without a bar counts as unchanged", () => {
  const values = Array.from({ length: 20 }, (_, i) => 1000 + 10 * (i % 3));
  const gapped = daily(values);
  for (let i = 0; i < 20; i++) gapped.time[i] = START + (2 * i + 1) * DAY - 1;
  const filled = daily(values.flatMap((value) => [value, value]).slice(0, 39));
  const rest = { fills: [], trades: [], candles: candles([1]), cash: 1000, fee: 0 };
  const first = computeTearSheet({ ...rest, cycles: gapped });
  const second = computeTearSheet({ ...rest, cycles: filled });
  expect(first.sharpe).not.toBeNull();
  expect([first.sharpe, first.volatility, first.valueAtRisk]).toEqual([
    second.sharpe,
    second.volatility,
    second.valueAtRisk,
  ]);
});

test("a run without cycles has no figures", () => {
  const none = { fills: [], trades: [], candles: candles([1]), cash: 1, fee: 0 };
  expect(() => computeTearSheet({ ...none, cycles: daily([]) })).toThrow("no bar at or after its start of trading");
});
