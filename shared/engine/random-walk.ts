import type { CandleColumns, ToldCandles } from "../market/candle.ts";
import { type Timeframe, windowClose } from "../market/timeframe.ts";

/** Which candles to make. */
export interface RandomWalkOptions {
  readonly timeframe: Timeframe;
  /** Open time of the first candle, ms UTC: a window's open time. */
  readonly start: number;
  readonly count: number;
  /** Whole number that decides everything random. */
  readonly seed: number;
  /** Fraction of windows without trades, flat at the close before. */
  readonly empty?: number;
  /** Fraction of windows left out, as gaps are. */
  readonly gaps?: number;
}

/** Numbers in [0, 1) from a seed: mulberry32 (Tommy Ettinger, public domain). */
export function seededNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Plain sample candles for tests and benchmarks: a walk from 100 in steps of up to 0.4 %, priced in hundredths. */
export function randomWalk(options: RandomWalkOptions): ToldCandles {
  const { timeframe, start, count, seed, empty = 0, gaps = 0 } = options;
  const random = seededNumbers(seed);
  const columns = makeColumns(count);
  let length = 0;
  let openTime = start;
  let price = 100;
  for (let i = 0; i < count; i++) {
    const closeTime = windowClose(timeframe, openTime);
    const left = random() < gaps;
    const traded = random() >= empty;
    const steps = [price, cents(price, random()), cents(price, random()), cents(price, random())];
    if (!left) {
      const low = Math.min(...steps);
      const high = Math.max(...steps);
      columns.openTime[length] = openTime;
      columns.closeTime[length] = closeTime;
      columns.open[length] = traded ? steps[1]! : price;
      columns.high[length] = traded ? high : price;
      columns.low[length] = traded ? low : price;
      columns.close[length] = traded ? steps[3]! : price;
      columns.volume[length] = traded ? 1 + Math.floor(random() * 1000) / 100 : 0;
      columns.trades[length] = traded ? 1 + Math.floor(random() * 50) : 0;
      length++;
    }
    if (traded) price = steps[3]!;
    openTime = closeTime;
  }
  return { ...columns, length, told: openTime };
}

function cents(price: number, random: number): number {
  return Math.max(0.01, Math.round(price * (1 + (random - 0.5) * 0.008) * 100) / 100);
}

function makeColumns(count: number): Omit<CandleColumns, "length"> {
  return {
    openTime: new Float64Array(count),
    closeTime: new Float64Array(count),
    open: new Float64Array(count),
    high: new Float64Array(count),
    low: new Float64Array(count),
    close: new Float64Array(count),
    volume: new Float64Array(count),
    trades: new Float64Array(count),
  };
}
