import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { expectSameInCuts, type PreparedRun, runWhole } from "#shared/testkit/run-cuts.ts";
import type { InstrumentSpec } from "../market/instrument.ts";
import type { OrderEvent, OrderId } from "./broker/order.ts";
import type { TradeEvent } from "./broker/round-trip.ts";
import type { Line } from "./feeds/line.ts";
import { CrossOver } from "./indicators/cross-over.ts";
import { EMA } from "./indicators/ema.ts";
import { Highest } from "./indicators/highest.ts";
import { Indicator } from "./indicators/indicator.ts";
import { Lowest } from "./indicators/lowest.ts";
import { RSI } from "./indicators/rsi.ts";
import { SMA } from "./indicators/sma.ts";
import { SMMA } from "./indicators/smma.ts";
import { int } from "./parameter.ts";
import { randomWalk } from "./random-walk.ts";
import type { RunDefinition } from "./run-definition.ts";
import { Strategy } from "./strategy.ts";

const RUNS = propertyRuns(100).numRuns;
const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);

/** An indicator as a user writes one: `step()` alone, with a number and an array for state. */
class Momentum extends Indicator {
  readonly source: Line;
  readonly period: number;
  private readonly extremes = Float64Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  private calls = 0;

  constructor(source: Line, { period }: { readonly period: number }) {
    super([source], period + 1);
    this.source = source;
    this.period = period;
  }

  override step(): number {
    this.calls++;
    const change = this.source.now - this.source.ago(this.period);
    this.extremes[0] = Math.min(this.extremes[0]!, change);
    this.extremes[1] = Math.max(this.extremes[1]!, change);
    return this.calls % 7 === 0 ? this.extremes[0]! : change;
  }
}

/** Does a bit of everything, decided by the bars and a generator in its state. */
class Restless extends Strategy({ period: int(5, { min: 2, max: 30 }), seed: int(1, { min: 0, max: 1000 }) }, [
  "slow",
]) {
  readonly fast = new SMA(this.data.close, { period: this.params.period });
  readonly wilder = new SMMA(new EMA(this.data.close, { period: 3 }), { period: this.params.period });
  readonly cross = new CrossOver(this.fast, this.wilder);
  readonly rsi = new RSI(this.data.close, { period: this.params.period });
  readonly momentum = new Momentum(this.fast, { period: 4 });
  readonly top = new Highest(this.feeds.slow.high, { period: this.params.period });
  readonly bottom = new Lowest(this.feeds.slow.low, { period: 3 });
  state = {
    random: this.params.seed,
    last: null as OrderId | null,
    worst: Number.POSITIVE_INFINITY,
    oddities: [Number.NaN, -0, Number.NEGATIVE_INFINITY] as number[],
    words: { "": "ü\u{1F600}", heard: "" } as Record<string, string>,
  };

  private chance(): number {
    this.state.random = (Math.imul(this.state.random, 1664525) + 1013904223) >>> 0;
    return this.state.random / 4294967296;
  }

  override prenext(): void {
    if (this.chance() < 0.05) this.buy({ size: 1, tag: "early" });
  }

  override next(): void {
    const dice = this.chance();
    const feed = this.chance() < 0.3 ? this.feeds.slow : this.data;
    this.state.worst = Math.min(this.state.worst, this.value + this.bottom.now * 0 + this.top.ago(1) * 0);
    if (this.cross.now > 0 || dice < 0.1)
      this.state.last = this.buy({ fraction: this.chance() * 1.2, feed, tag: "up" });
    else if (this.cross.now < 0 || dice < 0.2) this.state.last = this.close({ feed });
    else if (dice < 0.3) this.state.last = this.sell({ quote: this.chance() * 500, feed });
    else if (dice < 0.35) this.orderTargetPercent(this.chance() * 2 - 1, { feed, tag: `rsi ${this.rsi.now}` });
    else if (dice < 0.4 && this.state.last !== null) this.cancel(this.state.last);
    else if (dice < 0.43) this.log(`${this.momentum.now} ${this.data.close.ago(100)} ${this.positionOf(feed).price}`);
    if (this.state.last !== null && this.order(this.state.last) === null) this.state.last = null;
  }

  override notifyOrder(order: OrderEvent): void {
    this.state.words["heard"] = `${order.id} ${order.status} ${order.executed.size} ${order.remaining}`;
  }

  override notifyTrade(trade: TradeEvent): void {
    this.state.oddities[0] = trade.netPnl + trade.bars;
  }
}

const spec: InstrumentSpec = {
  base: "BTC",
  quote: "USDT",
  priceStep: 0.01,
  amountStep: 0.001,
  minAmount: 0.002,
  minNotional: 1,
  takerFee: 0.001,
  makerFee: 0.001,
  validFrom: 0,
};

const scenario = fc.record({
  period: fc.integer({ min: 2, max: 12 }),
  seed: fc.integer({ min: 0, max: 1000 }),
  fast: fc.integer({ min: 1, max: 160 }),
  slowStart: fc.integer({ min: -20, max: 8 }),
  slow: fc.integer({ min: 1, max: 40 }),
  empty: fc.constantFrom(0, 0.2),
  gaps: fc.constantFrom(0, 0.2),
  allowShort: fc.boolean(),
  warm: fc.integer({ min: 0, max: 60 }),
  firstKnown: fc.boolean(),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

function prepare(chosen: Scenario): PreparedRun {
  const slowStart = START + chosen.slowStart * 5 * MINUTE;
  const columns = [
    randomWalk({ ...chosen, timeframe: "1m", start: START, count: chosen.fast }),
    randomWalk({ ...chosen, timeframe: "5m", start: slowStart, count: chosen.slow, seed: chosen.seed + 7 }),
  ];
  const instrument = { exchange: "binance", symbol: "BTC/USDT" };
  const definition: RunDefinition = {
    strategy: Restless,
    params: { period: chosen.period, seed: chosen.seed },
    feeds: [
      {
        feed: { name: "data", instrument, timeframe: "1m" },
        spec,
        firstClose: chosen.firstKnown ? START + MINUTE : null,
      },
      { feed: { name: "slow", instrument, timeframe: "5m" }, spec, firstClose: slowStart + 5 * MINUTE },
    ],
    broker: { cash: 1000, fee: null, allowShort: chosen.allowShort },
    tradeFrom: START + chosen.warm * MINUTE,
  };
  return { definition, columns };
}

const cuts = fc.array(
  fc.record({ feed: fc.nat(1), bars: fc.integer({ min: 1, max: 9 }), tell: fc.boolean(), cut: fc.boolean() }),
  { minLength: 1, maxLength: 40 },
);

test("a restore into a fresh instance at any cut changes no byte", () => {
  fc.assert(
    fc.property(scenario, cuts, (chosen, steps) => expectSameInCuts(prepare(chosen), steps)),
    { numRuns: RUNS },
  );
});

test("the scenarios reach fills, round trips, refusals and margin calls", () => {
  const seen = new Set<string>();
  for (const chosen of fc.sample(scenario, { numRuns: 60, seed: 1 })) {
    const text = runWhole(prepare(chosen)).events;
    for (const word of ["Completed", "Margin", "Rejected", "Canceled", "entryPrice", "early", "text"]) {
      if (text.includes(word)) seen.add(word);
    }
  }
  expect([...seen].sort()).toEqual(["Canceled", "Completed", "Margin", "Rejected", "early", "entryPrice", "text"]);
});
