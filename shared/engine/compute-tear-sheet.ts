import type { CandleColumns } from "../market/candle.ts";
import { InputError } from "../market/input-error.ts";
import { power } from "../market/logarithm.ts";
import type { CycleColumns, FillRow, TradeRow } from "./run-events.ts";
import type { TearSheet } from "./tear-sheet.ts";

const DAY = 86_400_000;
const DAYS_A_YEAR = 365;
/** Fewest days that ratios are made from. */
const ENOUGH_DAYS = 30;

/** What a tear-sheet is made from. */
export interface TearSheetInput {
  readonly cycles: CycleColumns;
  readonly fills: readonly FillRow[];
  readonly trades: readonly TradeRow[];
  /** The first feed's candles; those before the first cycle are left out. */
  readonly candles: CandleColumns;
  /** Cash at the start, quote currency. */
  readonly cash: number;
  /** Fee of the first feed's instrument, fraction of the traded value. */
  readonly fee: number;
}

/** What a tear-sheet is made from where fills and trades were counted as they came. */
interface TalliedInput extends Omit<TearSheetInput, "fills" | "trades"> {
  readonly tally: TradeTally;
}

/** Counts fills and trades in their order: as much of them as a tear-sheet needs. Money in quote currency. */
export class TradeTally {
  /** Sum of the fills' values. */
  traded = 0;
  /** Of the fills. */
  fees = 0;
  trades = 0;
  wins = 0;
  /** Net, of the trades that won. */
  gains = 0;
  /** Net, of the others, positive. */
  losses = 0;

  take({ fills, trades }: Pick<TearSheetInput, "fills" | "trades">): void {
    for (const fill of fills) {
      this.traded += Math.abs(fill.size) * fill.price;
      this.fees += fill.fee;
    }
    this.trades += trades.length;
    for (const { pnl, fees } of trades) {
      const net = pnl - fees;
      if (net > 0) {
        this.wins++;
        this.gains += net;
      } else this.losses -= net;
    }
  }
}

/**
 * The figures of a run; see `TearSheet` for what each is. Volatility and Sharpe use the sample deviation (n − 1) of the
 * daily returns, Sortino their downside deviation below 0 (Sortino & Price 1994), all × √365; a day without a bar counts
 * as unchanged. The quantile is interpolated (type 7 of Hyndman & Fan 1996). Throws InputError for a run without cycles.
 */
export function computeTearSheet(input: TearSheetInput): TearSheet {
  const tally = new TradeTally();
  tally.take(input);
  return talliedTearSheet({ ...input, tally });
}

/** As `computeTearSheet`. */
export function talliedTearSheet({ cycles, tally, candles, cash, fee }: TalliedInput): TearSheet {
  const bars = cycles.length;
  if (bars === 0) {
    throw new InputError(
      "no-data",
      "the run has no bar at or after its start of trading: give it a longer span of candles",
    );
  }
  const first = firstCandle(candles, cycles.time[0]!);
  const startTime = first < candles.length ? Math.min(candles.openTime[first]!, cycles.time[0]!) : cycles.time[0]!;
  const endTime = cycles.time[bars - 1]! + 1;
  const finalValue = cycles.value[bars - 1]!;
  const totalReturn = finalValue / cash - 1;
  const drawdown = fallFromPeak(cycles.time, cycles.value, bars, cash, startTime);
  const ratios = ratiosOf(dailyReturns(cycles, cash), totalReturn, endTime - startTime, drawdown.depth);
  return {
    startTime,
    endTime,
    bars,
    startValue: cash,
    finalCash: cycles.cash[bars - 1]!,
    finalValue,
    totalReturn,
    ...ratios,
    maxDrawdown: drawdown.depth,
    maxDrawdownMs: drawdown.longest,
    ...tradeFigures(tally),
    exposure: exposureOf(cycles),
    turnover: turnoverOf(cycles, tally.traded),
    fees: tally.fees,
    monthly: monthlyReturns(cycles, cash),
    buyAndHold: holdFirstFeed(candles, first, endTime, cash, fee),
  };
}

/** Index of the first candle that ends after `time`, or the length. */
function firstCandle(candles: CandleColumns, time: number): number {
  let low = 0;
  let high = candles.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (candles.closeTime[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Fall {
  /** Positive fraction of the peak. */
  readonly depth: number;
  /** ms. */
  readonly longest: number;
}

function fallFromPeak(time: Float64Array, value: Float64Array, length: number, start: number, startTime: number): Fall {
  let peak = start;
  let peakTime = startTime;
  let lowest = start;
  let depth = 0;
  let longest = 0;
  for (let i = 0; i < length; i++) {
    const now = value[i]!;
    if (now >= peak) {
      if (i > 0) longest = Math.max(longest, time[i - 1]! - peakTime);
      peak = now;
      peakTime = time[i]!;
      lowest = now;
    } else if (now < lowest) {
      // Only a new low since the peak can be a deeper fall.
      lowest = now;
      depth = Math.max(depth, (peak - now) / peak);
    }
  }
  if (length > 0) longest = Math.max(longest, time[length - 1]! - peakTime);
  return { depth, longest };
}

/** Returns of each UTC day from the first to the last, by the last value of each. */
export function dailyReturns(cycles: CycleColumns, start: number): Float64Array {
  const { length, time, value } = cycles;
  const firstDay = Math.floor(time[0]! / DAY);
  const days = Math.floor(time[length - 1]! / DAY) - firstDay + 1;
  const returns = new Float64Array(days);
  let before = start;
  for (let i = 0; i < length; ) {
    const day = Math.floor(time[i]! / DAY);
    const end = (day + 1) * DAY;
    while (i < length && time[i]! < end) i++;
    returns[day - firstDay] = value[i - 1]! / before - 1;
    before = value[i - 1]!;
  }
  return returns;
}

type Ratios = Pick<TearSheet, "cagr" | "volatility" | "sharpe" | "sortino" | "calmar" | "valueAtRisk">;

function ratiosOf(returns: Float64Array, totalReturn: number, span: number, depth: number): Ratios {
  const days = returns.length;
  if (days < ENOUGH_DAYS) {
    return { cagr: null, volatility: null, sharpe: null, sortino: null, calmar: null, valueAtRisk: null };
  }
  let sum = 0;
  let downside = 0;
  for (const day of returns) {
    sum += day;
    if (day < 0) downside += day * day;
  }
  const mean = sum / days;
  let squares = 0;
  for (const day of returns) squares += (day - mean) * (day - mean);
  const deviation = Math.sqrt(squares / (days - 1));
  const below = Math.sqrt(downside / days);
  const year = Math.sqrt(DAYS_A_YEAR);
  const cagr = totalReturn <= -1 ? -1 : power(1 + totalReturn, (DAYS_A_YEAR * DAY) / span) - 1;
  return {
    cagr,
    volatility: deviation * year,
    sharpe: deviation > 0 ? (mean / deviation) * year : null,
    sortino: below > 0 ? (mean / below) * year : null,
    calmar: depth > 0 ? cagr / depth : null,
    valueAtRisk: Math.max(0, -quantile(returns, 0.05)),
  };
}

function quantile(values: Float64Array, share: number): number {
  const sorted = values.slice().sort();
  const place = (sorted.length - 1) * share;
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (place - low);
}

type TradeFigures = Pick<TearSheet, "trades" | "wins" | "winRate" | "profitFactor" | "expectancy">;

function tradeFigures({ trades, wins, gains, losses }: TradeTally): TradeFigures {
  return {
    trades,
    wins,
    winRate: trades > 0 ? wins / trades : null,
    profitFactor: losses > 0 ? gains / losses : null,
    expectancy: trades > 0 ? (gains - losses) / trades : null,
  };
}

function exposureOf({ length, position }: CycleColumns): number {
  const [first, ...others] = position;
  let held = 0;
  for (let i = 0; i < length; i++) {
    if (first![i] !== 0 || (others.length > 0 && others.some((column) => column[i] !== 0))) held++;
  }
  return held / length;
}

function turnoverOf({ length, value }: CycleColumns, traded: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += value[i]!;
  return traded / (sum / length);
}

/** First instant of the UTC month after the one of `time`. */
function nextMonth(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

function monthlyReturns(cycles: CycleColumns, start: number): TearSheet["monthly"] {
  const { length, time, value } = cycles;
  const monthly: { month: string; return: number }[] = [];
  let before = start;
  let end = nextMonth(time[0]!);
  for (let i = 0; i < length; i++) {
    if (i + 1 < length && time[i + 1]! < end) continue;
    monthly.push({ month: new Date(time[i]!).toISOString().slice(0, 7), return: value[i]! / before - 1 });
    before = value[i]!;
    if (i + 1 < length) end = nextMonth(time[i + 1]!);
  }
  return monthly;
}

function holdFirstFeed(
  candles: CandleColumns,
  first: number,
  endTime: number,
  cash: number,
  fee: number,
): TearSheet["buyAndHold"] {
  if (first >= candles.length || !(candles.closeTime[first]! <= endTime)) {
    return { finalValue: cash, totalReturn: 0, maxDrawdown: 0 };
  }
  const units = cash / (candles.open[first]! * (1 + fee));
  let peak = cash;
  let lowest = cash;
  let maxDrawdown = 0;
  let finalValue = cash;
  for (let i = first; i < candles.length && candles.closeTime[i]! <= endTime; i++) {
    finalValue = units * candles.close[i]!;
    if (finalValue > peak) {
      peak = finalValue;
      lowest = finalValue;
    } else if (finalValue < lowest) {
      lowest = finalValue;
      maxDrawdown = Math.max(maxDrawdown, (peak - finalValue) / peak);
    }
  }
  return { finalValue, totalReturn: finalValue / cash - 1, maxDrawdown };
}
