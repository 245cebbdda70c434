import type { TradeEvent } from "#shared/engine/broker/round-trip.ts";
import { Run } from "#shared/engine/run.ts";
import type { BrokerSettings, RunDefinition, RunFeed } from "#shared/engine/run-definition.ts";
import type { RunEvents } from "#shared/engine/run-events.ts";
import { Strategy, type StrategyClass } from "#shared/engine/strategy.ts";
import type { CandleColumns } from "#shared/market/candle.ts";
import type { InstrumentSpec } from "#shared/market/instrument.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";

export const HOUR = 3_600_000;
/** A Monday, midnight UTC. */
export const START = Date.UTC(2024, 0, 1);

const SPEC: InstrumentSpec = {
  base: "BTC",
  quote: "USDT",
  priceStep: 0,
  amountStep: 1,
  minAmount: 0,
  minNotional: 0,
  takerFee: 0,
  makerFee: 0,
  validFrom: 0,
};

/** A bar; with volume 1,000 and one trade unless given. */
export type Bar = readonly [open: number, high: number, low: number, close: number, volume?: number, trades?: number];

/** Bars of `length` ms one after the other; null leaves one out. */
export function barsOf(rows: readonly (Bar | null)[], start = START, length = HOUR): CandleColumns {
  const kept = rows.flatMap((bar, i) => (bar === null ? [] : [{ bar, openTime: start + i * length }]));
  const column = (value: (bar: Bar) => number) => Float64Array.from(kept, ({ bar }) => value(bar));
  return {
    length: kept.length,
    openTime: Float64Array.from(kept, ({ openTime }) => openTime),
    closeTime: Float64Array.from(kept, ({ openTime }) => openTime + length),
    open: column(([open]) => open),
    high: column(([, high]) => high),
    low: column(([, , low]) => low),
    close: column(([, , , close]) => close),
    volume: column(([, , , , volume]) => volume ?? 1000),
    trades: column(([, , , , , trades]) => trades ?? 1),
  };
}

/** A strategy without parameters that remembers its trades. */
export abstract class Acting extends Strategy({}) {
  state = { trades: [] as TradeEvent[], notes: [] as string[] };

  override notifyTrade(trade: TradeEvent): void {
    this.state.trades.push(trade);
  }
}

/** A strategy whose `next` is `act`, called with the number of the bar of its first feed, from 1. */
export function acting(act: (strategy: Acting, bar: number) => unknown, others: readonly string[] = []): StrategyClass {
  return class extends Acting {
    static override readonly feeds = others;
    override next(): void {
      act(this, this.data.bars);
    }
  };
}

export interface ActingOptions extends Partial<BrokerSettings> {
  readonly spec?: Partial<InstrumentSpec>;
  readonly timeframe?: Timeframe;
}

/** A run of `strategy` with 10,000 in cash, shorts allowed and no fees unless given. */
export function defineRun(strategy: StrategyClass, options: ActingOptions = {}): RunDefinition {
  const { spec, timeframe = "1h", ...broker } = options;
  const instrument = { exchange: "binance", symbol: "BTC/USDT" };
  const feeds = ["data", ...strategy.feeds].map(
    (name): RunFeed => ({ feed: { name, instrument, timeframe }, spec: { ...SPEC, ...spec }, firstClose: null }),
  );
  return {
    strategy,
    params: {},
    feeds,
    broker: { cash: 10_000, fee: null, allowShort: true, ...broker },
    tradeFrom: START,
  };
}

/** Runs a definition over the candles of each feed. */
export function runOver(definition: RunDefinition, ...columns: readonly CandleColumns[]): RunEvents {
  const run = new Run(definition);
  for (const [feed, candles] of columns.entries()) {
    run.offer(feed, candles, 0, candles.length);
    run.end(feed);
  }
  run.advance();
  return run.drain();
}

/** `label status size@price` of every row of an order, then of every fill, as they happened. */
export function storyOf(events: RunEvents): string[] {
  const tags = new Map(events.orders.map((row) => [row.order, row.tag ?? String(row.order)]));
  const orders = events.orders.map((row) => ({ seq: row.seq, text: `${row.tag ?? row.order} ${row.status}` }));
  const fills = events.fills.map((row) => ({ seq: row.seq, text: `${tags.get(row.order)} ${row.size}@${row.price}` }));
  return [...orders, ...fills].sort((a, b) => a.seq - b.seq).map(({ text }) => text);
}

/** The story without what every order goes through before it is decided. */
export function endsOf(events: RunEvents): string[] {
  return storyOf(events).filter((line) => !/ (Submitted|Accepted)$/.test(line));
}
