import type { GeneratedInstrument } from "./generate-market.ts";

/** Three correlated pairs that look like Binance's, thinned to `tradesPerDay` of the first. */
export function majorPairs(tradesPerDay: number): readonly GeneratedInstrument[] {
  return [
    {
      instrument: { exchange: "binance", symbol: "BTC/USDT" },
      startPrice: 64_250,
      priceStep: 0.01,
      amountStep: 0.00001,
      medianAmount: 0.0031,
      tradesPerDay,
      dailyVolatility: 0.027,
      correlation: 0.94,
      firstId: 3_600_000_001,
    },
    {
      instrument: { exchange: "binance", symbol: "ETH/USDT" },
      startPrice: 3_120,
      priceStep: 0.01,
      amountStep: 0.0001,
      medianAmount: 0.042,
      tradesPerDay: tradesPerDay * 0.6,
      dailyVolatility: 0.034,
      correlation: 0.86,
      firstId: 1_450_000_001,
    },
    {
      instrument: { exchange: "binance", symbol: "SOL/USDT" },
      startPrice: 148,
      priceStep: 0.01,
      amountStep: 0.001,
      medianAmount: 0.9,
      tradesPerDay: tradesPerDay * 0.4,
      dailyVolatility: 0.045,
      correlation: 0.72,
      firstId: 620_000_001,
    },
  ];
}
