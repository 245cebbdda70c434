import type { Instrument, InstrumentSpec } from "./instrument.ts";

/** Fees of an exchange's lowest tier for spot, as fractions, and from when they hold. */
interface FeeSchedule {
  readonly exchange: string;
  readonly validFrom: number;
  readonly takerFee: number;
  readonly makerFee: number;
}

/** Trading steps of an instrument, from when they hold. */
interface Steps {
  readonly instrument: string;
  readonly validFrom: number;
  readonly priceStep: number;
  readonly amountStep: number;
  readonly minAmount: number;
  readonly minNotional: number;
}

/** Published schedules. A change is a new row with its date; rows of an exchange are in order of `validFrom`. */
const FEES: readonly FeeSchedule[] = [
  { exchange: "binance", validFrom: Date.UTC(2017, 6, 14), takerFee: 0.001, makerFee: 0.001 },
  { exchange: "bybit", validFrom: Date.UTC(2021, 6, 1), takerFee: 0.001, makerFee: 0.001 },
  { exchange: "coinbase", validFrom: Date.UTC(2021, 9, 1), takerFee: 0.006, makerFee: 0.004 },
  { exchange: "kraken", validFrom: Date.UTC(2013, 8, 1), takerFee: 0.0026, makerFee: 0.0016 },
  { exchange: "kraken", validFrom: Date.UTC(2024, 5, 1), takerFee: 0.004, makerFee: 0.0025 },
];

const STEPS: readonly Steps[] = [
  {
    instrument: "binance:BTC/USDT",
    validFrom: Date.UTC(2017, 7, 17),
    priceStep: 0.01,
    amountStep: 0.00001,
    minAmount: 0.00001,
    minNotional: 5,
  },
  {
    instrument: "binance:ETH/USDT",
    validFrom: Date.UTC(2017, 7, 17),
    priceStep: 0.01,
    amountStep: 0.0001,
    minAmount: 0.0001,
    minNotional: 5,
  },
  {
    instrument: "binance:SOL/USDT",
    validFrom: Date.UTC(2020, 7, 11),
    priceStep: 0.01,
    amountStep: 0.001,
    minAmount: 0.001,
    minNotional: 5,
  },
];

/** Where nothing is published here: the finest step that exchanges use, and the fee that most of them charge. */
const FALLBACK_FEE = { takerFee: 0.001, makerFee: 0.001 };
const FALLBACK_STEPS = { priceStep: 0, amountStep: 0.00000001, minAmount: 0, minNotional: 0 };

function lastValid<T extends { readonly validFrom: number }>(rows: readonly T[], time: number): T | null {
  return rows.filter((row) => row.validFrom <= time).at(-1) ?? rows[0] ?? null;
}

/**
 * Trading rules of an instrument at `time` (ms UTC; for a run the openTime of its first candle, never the clock's), from
 * the tables here: the row in force, or the first one for earlier times. Instruments and exchanges that the tables lack get 0.1 % fees and steps of 1e-8.
 */
export function specOf(instrument: Instrument, time: number): InstrumentSpec {
  const { exchange, symbol } = instrument;
  const [pair = symbol] = symbol.split(":");
  const [base = pair, quote = ""] = pair.split("/");
  const fees = lastValid(
    FEES.filter((row) => row.exchange === exchange),
    time,
  );
  const steps = lastValid(
    STEPS.filter((row) => row.instrument === `${exchange}:${symbol}`),
    time,
  );
  const { takerFee, makerFee } = fees ?? FALLBACK_FEE;
  const { priceStep, amountStep, minAmount, minNotional } = steps ?? FALLBACK_STEPS;
  const validFrom = Math.max(fees?.validFrom ?? 0, steps?.validFrom ?? 0);
  return { base, quote, priceStep, amountStep, minAmount, minNotional, takerFee, makerFee, validFrom };
}
