import type { CycleColumns, FillRow, TradeRow } from "../engine/run-events.ts";
import type { TearSheet } from "../engine/tear-sheet.ts";
import type { CandleColumns } from "../market/candle.ts";
import { power } from "../market/logarithm.ts";
import { underwater } from "./drawdown.ts";
import type { CostBandRow, ReportAssets, ReportInput } from "./report-input.ts";
import { dailyValues } from "./rolling.ts";
import {
  SAMPLE_CASH as CASH,
  SAMPLE_FEE as FEE,
  type SampleSize,
  SAMPLE_START as START,
  sampleCandles,
  sampleResults,
} from "./sample-run.ts";
import { tradeStatistics } from "./trade-statistics.ts";

/** Pages without a chart library, for tests of the text alone. */
export const NO_ASSETS: ReportAssets = {
  lightweightCharts: "",
  uPlot: "",
  uPlotStyle: "",
  pageScript: "",
  licences: [],
};

/**
 * A made-up run for tests and previews: a random walk, and a strategy that goes in and out at fixed distances. The
 * figures are consistent with the walk, though ratios are rough. The same size gives the same sample.
 */
export function sampleInput(size: SampleSize, assets: ReportAssets = NO_ASSETS): ReportInput {
  const candles = sampleCandles(size);
  const results = sampleResults(candles, size);
  return {
    run: {
      strategy: "sma-cross",
      run: `bt-${size.bars}-4f1c9a`,
      kind: "backtest",
      status: "finished",
      error: null,
      identity: "4f1c9ad2be07a63c58b1e0f4d97c2a6530e8b9f1c4d5a6e7f8091a2b3c4d5e6f",
      resultHash: "a7e03bd90c6f41d28e5b7c3a9f10e2d4c6b8a0918273645566778899aabbccdd",
      params: { fast: 10, slow: 30, risk: 0.5 },
      feeds: [
        {
          name: "data",
          instrument: { exchange: "binance", symbol: "BTC/USDT" },
          timeframe: size.barLength === 60_000 ? "1m" : "1h",
        },
      ],
      candleChoice: "best",
      period: { from: START, to: START + size.bars * size.barLength },
      broker: { cash: CASH, takerFee: FEE, makerFee: FEE, slippage: 0.0005 },
      created: Date.UTC(2026, 0, 15, 9, 30),
    },
    spec: {
      base: "BTC",
      quote: "USDT",
      priceStep: 0.01,
      amountStep: 0.00001,
      minAmount: 0.00001,
      minNotional: 5,
      takerFee: FEE,
      makerFee: FEE,
      validFrom: Date.UTC(2023, 5, 1),
    },
    candles,
    indicators: new Map([
      ["fast", average(candles.close, 10)],
      ["slow", average(candles.close, 30)],
      ["cross", crossing(candles.close)],
    ]),
    results,
    figures: figuresOf(candles, results.cycles, results.trades, results.fills),
    quality: {
      counts: { proven: size.bars - 4, reconciled: 2, unknown: 1, gap: 1, empty: 1 },
      worst: [
        {
          from: START + size.barLength,
          to: START + 2 * size.barLength,
          quality: "gap",
          windows: 1,
          reason: "connection lost, trades not held by the exchange any more",
        },
      ],
    },
    costBand: costBand(size.trades),
    assets,
  };
}

function costBand(trades: number): CostBandRow[] {
  return [
    {
      label: "optimistic",
      fee: 0.0002,
      slippage: 0,
      finalValue: 11_240.5,
      totalReturn: 0.12405,
      maxDrawdown: 0.081,
      sharpe: 1.31,
      trades: trades,
    },
    {
      label: "base",
      fee: FEE,
      slippage: 0.0005,
      finalValue: 10_510.25,
      totalReturn: 0.051025,
      maxDrawdown: 0.094,
      sharpe: 0.72,
      trades: trades,
    },
    {
      label: "pessimistic",
      fee: 0.002,
      slippage: 0.002,
      finalValue: 9_120.75,
      totalReturn: -0.087925,
      maxDrawdown: 0.143,
      sharpe: -0.41,
      trades: trades,
    },
  ];
}

function average(close: Float64Array, period: number): Float64Array {
  const values = new Float64Array(close.length).fill(Number.NaN);
  let sum = 0;
  for (let i = 0; i < close.length; i++) {
    sum += close[i]! - (i >= period ? close[i - period]! : 0);
    if (i >= period - 1) values[i] = sum / period;
  }
  return values;
}

function crossing(close: Float64Array): Float64Array {
  const fast = average(close, 10);
  const slow = average(close, 30);
  return fast.map((value, i) => Math.sign(value - slow[i]!));
}

function greatestFall(values: Float64Array): number {
  return -underwater(values).reduce((least, fall) => Math.min(least, fall), 0);
}

function figuresOf(
  candles: CandleColumns,
  cycles: CycleColumns,
  trades: readonly TradeRow[],
  fills: readonly FillRow[],
): TearSheet {
  const { value, cash, position } = cycles;
  const daily = dailyValues(cycles.time, value);
  const returns = Array.from(daily.values.subarray(1), (day, i) => day / daily.values[i]! - 1);
  const isLong = returns.length >= 30;
  const mean = returns.reduce((sum, day) => sum + day, 0) / returns.length;
  const deviation = Math.sqrt(
    returns.reduce((sum, day) => sum + (day - mean) * (day - mean), 0) / (returns.length - 1),
  );
  const finalValue = value.at(-1) ?? CASH;
  const statistics = tradeStatistics(trades);
  const losses = (statistics.averageLoss ?? 0) * (statistics.count - statistics.wins);
  const cagr = isLong ? power(finalValue / CASH, 365 / returns.length) - 1 : null;
  const maxDrawdown = greatestFall(value);
  const hold = ((CASH / (1 + FEE)) * candles.close.at(-1)!) / candles.open[0]!;
  return {
    startTime: candles.openTime[0]!,
    endTime: candles.closeTime.at(-1)!,
    bars: cycles.length,
    startValue: CASH,
    finalCash: cash.at(-1) ?? CASH,
    finalValue,
    totalReturn: finalValue / CASH - 1,
    cagr,
    volatility: isLong ? deviation * Math.sqrt(365) : null,
    sharpe: isLong ? (mean / deviation) * Math.sqrt(365) : null,
    sortino: isLong ? (mean / deviation) * Math.sqrt(365) * 1.4 : null,
    calmar: cagr === null ? null : cagr / maxDrawdown,
    maxDrawdown,
    maxDrawdownMs: (candles.closeTime.at(-1)! - candles.openTime[0]!) / 3,
    trades: statistics.count,
    wins: statistics.wins,
    winRate: statistics.count === 0 ? null : statistics.wins / statistics.count,
    profitFactor: losses === 0 ? null : ((statistics.averageWin ?? 0) * statistics.wins) / losses,
    expectancy: statistics.count === 0 ? null : statistics.netProfit / statistics.count,
    exposure: position[0]!.filter((units) => units !== 0).length / cycles.length,
    turnover: fills.reduce((sum, row) => sum + Math.abs(row.size * row.price), 0) / CASH,
    fees: fills.reduce((sum, row) => sum + row.fee, 0),
    valueAtRisk: isLong ? -returns.toSorted((a, b) => a - b)[Math.floor(returns.length * 0.05)]! : null,
    monthly: monthlyReturns(daily.time, daily.values),
    buyAndHold: { finalValue: hold, totalReturn: hold / CASH - 1, maxDrawdown: greatestFall(candles.close) },
  };
}

function monthlyReturns(time: Float64Array, values: Float64Array): { month: string; return: number }[] {
  const ends = new Map<string, number>();
  for (let i = 0; i < time.length; i++) ends.set(new Date(time[i]!).toISOString().slice(0, 7), values[i]!);
  let before = CASH;
  return [...ends].map(([month, end]) => {
    const entry = { month, return: end / before - 1 };
    before = end;
    return entry;
  });
}
