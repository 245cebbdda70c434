import type { CycleColumns, FillRow, LogRow, OrderRow, TradeRow } from "../engine/run-events.ts";
import type { CandleColumns } from "../market/candle.ts";
import type { ReportedResults } from "./report-input.ts";

export const SAMPLE_START = Date.UTC(2024, 0, 1);
export const SAMPLE_CASH = 10_000;
export const SAMPLE_FEE = 0.001;

/** How large a sample is. `trades` are spread evenly over `bars`; a bar lasts `barLength` ms. */
export interface SampleSize {
  readonly bars: number;
  readonly trades: number;
  readonly barLength: number;
}

/** Mulberry32: uniform in [0, 1), the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A random walk from the start of 2024 on. */
export function sampleCandles({ bars, barLength }: SampleSize): CandleColumns {
  const next = random(7);
  const column = (): Float64Array => new Float64Array(bars);
  const columns = {
    openTime: column(),
    closeTime: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    trades: column(),
  };
  const spread = 0.009 * Math.sqrt(barLength / 3_600_000);
  let price = 42_000;
  for (let i = 0; i < bars; i++) {
    const open = price;
    price *= 1 + (next() + next() + next() - 1.5) * spread + (0.00004 * barLength) / 3_600_000;
    columns.openTime[i] = SAMPLE_START + i * barLength;
    columns.closeTime[i] = SAMPLE_START + (i + 1) * barLength;
    columns.open[i] = cents(open);
    columns.close[i] = cents(price);
    columns.high[i] = cents(Math.max(open, price) * (1 + (next() * spread) / 2));
    columns.low[i] = cents(Math.min(open, price) * (1 - (next() * spread) / 2));
    columns.volume[i] = Math.round(next() * next() * 90_000) / 1_000;
    columns.trades[i] = Math.floor(next() * 4_000);
  }
  return { length: bars, ...columns };
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}

/** What a strategy does that goes in and out at fixed distances, one short in four. */
export function sampleResults(candles: CandleColumns, size: SampleSize): ReportedResults {
  const cash = new Float64Array(size.bars);
  const value = new Float64Array(size.bars);
  const position = new Float64Array(size.bars);
  const rows = { orders: [] as OrderRow[], fills: [] as FillRow[], trades: [] as TradeRow[], logs: [] as LogRow[] };
  const distance = size.trades === 0 ? size.bars + 1 : Math.max(3, Math.floor(size.bars / size.trades));
  const held = Math.max(1, Math.floor(distance * 0.4));
  // Ever smaller stakes, the more often fees are paid.
  const stake = Math.min(0.5, 200 / size.trades);
  let money = SAMPLE_CASH;
  let units = 0;
  let opened = 0;
  for (let i = 0; i < size.bars; i++) {
    const time = candles.closeTime[i]! - 1;
    const price = candles.open[i]!;
    const phase = i % distance;
    if (phase === 1 && rows.trades.length < size.trades && i + held < size.bars) {
      const side = Math.floor(i / distance) % 4 === 3 ? -1 : 1;
      units = (side * Math.floor(((money * stake) / price) * 1e5)) / 1e5;
      opened = i;
      money -= units * price + Math.abs(units) * price * SAMPLE_FEE;
      fill(rows, time, units, price, 0);
    } else if (units !== 0 && i === opened + held) {
      const entry = candles.open[opened]!;
      const pnl = units * (price - entry);
      money += units * price - Math.abs(units) * price * SAMPLE_FEE;
      fill(rows, time, -units, price, pnl);
      rows.trades.push({
        seq: rows.fills.length,
        trade: rows.trades.length + 1,
        feed: "data",
        openTime: candles.closeTime[opened]! - 1,
        closeTime: time,
        size: units,
        entryPrice: entry,
        exitPrice: price,
        pnl,
        fees: Math.abs(units) * (price + entry) * SAMPLE_FEE,
        bars: held,
        tag: units < 0 ? "short" : "long",
        exitTag: pnl > 0 ? "target" : null,
        exitType: pnl > 0 ? "Limit" : "Stop",
      });
      units = 0;
    }
    cash[i] = money;
    position[i] = units;
    value[i] = money + units * candles.close[i]!;
  }
  const cycles: CycleColumns = {
    length: size.bars,
    time: candles.closeTime.map((time) => time - 1),
    cash,
    value,
    position: [position],
  };
  return { cycles, ...rows };
}

function fill(
  rows: { orders: OrderRow[]; fills: FillRow[]; logs: LogRow[] },
  time: number,
  size: number,
  price: number,
  pnl: number,
): void {
  const order = rows.fills.length + 1;
  const base = { seq: order * 3, time, order, feed: "data", execType: "Market", size, price: null, tag: null } as const;
  const isNoted = order % 11 === 0;
  rows.orders.push({
    ...base,
    status: "Completed",
    remaining: 0,
    note: isNoted ? "size rounded down from 0.123456789 to the amount step" : null,
  });
  if (order % 23 === 0)
    rows.orders.push({
      ...base,
      order: order + 1_000_000,
      status: "Margin",
      remaining: size,
      note: "needs 12 000.00 USDT, has 9 841.20",
    });
  rows.fills.push({
    seq: order * 3 + 1,
    time,
    order,
    feed: "data",
    size,
    price,
    fee: Math.abs(size) * price * SAMPLE_FEE,
    pnl,
  });
  if (order % 5 === 0) rows.logs.push({ seq: order * 3 + 2, time, text: `position changed by ${size}` });
}
