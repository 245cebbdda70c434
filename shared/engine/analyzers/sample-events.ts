import { seededNumbers } from "../random-walk.ts";
import type { FillRow, OrderRow, RunEvents, TradeRow } from "../run-events.ts";

/** What a sample run did in one cycle. */
export interface SampleCycle {
  /** ms UTC. */
  readonly time: number;
  readonly cash: number;
  readonly value: number;
  readonly orders?: readonly Pick<OrderRow, "order" | "status" | "tradeId">[];
  readonly fills?: readonly Pick<FillRow, "order" | "feed" | "size" | "price">[];
  readonly trades?: readonly Pick<TradeRow, "size" | "pnl" | "fees" | "bars">[];
}

/** Events of a run for tests of what is folded from them; fields that no analyzer reads are 0. */
export function eventsOf(sample: readonly SampleCycle[], firstCycle = 0): RunEvents {
  const column = (value: (cycle: SampleCycle) => number): Float64Array => Float64Array.from(sample, value);
  const common = { seq: 0, feed: "data", tag: null };
  return {
    firstCycle,
    cycles: {
      length: sample.length,
      time: column(({ time }) => time),
      cash: column(({ cash }) => cash),
      value: column(({ value }) => value),
      position: [new Float64Array(sample.length)],
    },
    orders: sample.flatMap(({ time, orders = [] }) =>
      orders.map((order) => ({
        ...common,
        time,
        execType: "Market" as const,
        size: 0,
        remaining: 0,
        price: null,
        note: null,
        ...order,
      })),
    ),
    fills: sample.flatMap(({ time, fills = [] }) => fills.map((fill) => ({ seq: 0, time, fee: 0, pnl: 0, ...fill }))),
    trades: sample.flatMap(({ time, trades = [] }) =>
      trades.map((trade) => ({
        ...common,
        trade: 0,
        openTime: 0,
        closeTime: time,
        entryPrice: 0,
        exitPrice: 0,
        exitTag: null,
        exitType: "Market" as const,
        ...trade,
      })),
    ),
    logs: [],
  };
}

/** Random cycles `step` ms apart: a walk of the value with jumps, fills of two trade ids, and trades. */
export function randomCycles(count: number, step: number, seed: number): SampleCycle[] {
  const random = seededNumbers(seed);
  const start = Date.UTC(2023, 10, 20) - 1;
  let value = 1000;
  return Array.from({ length: count }, (_, i) => {
    const order = i + 1;
    value *= 0.97 + random() * 0.062;
    const fills = random() < 0.4 ? [{ order, feed: "data", size: Math.round(random() * 8 - 4), price: value }] : [];
    const tradeId = Math.floor(random() * 3);
    return {
      time: start + (i + 1) * step,
      cash: value * random(),
      value,
      orders: fills.map(() => ({ order, status: "Completed" as const, ...(tradeId === 0 ? null : { tradeId }) })),
      fills: fills.filter(({ size }) => size !== 0),
      trades:
        random() < 0.3
          ? [{ size: random() - 0.5, pnl: random() * 20 - 9, fees: 1, bars: Math.floor(random() * 6) }]
          : [],
    };
  });
}
