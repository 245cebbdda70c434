import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { expectSameInCuts, type PreparedRun, runWhole } from "#shared/testkit/run-cuts.ts";
import type { CommissionSettings } from "./broker/commission.ts";
import type { FillerSettings } from "./broker/filler.ts";
import type { OrderEvent, OrderId } from "./broker/order.ts";
import type { BracketRequest, OrderRequest } from "./broker/order-request.ts";
import type { TradeEvent } from "./broker/round-trip.ts";
import type { SlippageSettings } from "./broker/slippage.ts";
import type { FeedView } from "./feeds/feed-view.ts";
import { SMA } from "./indicators/sma.ts";
import { int } from "./parameter.ts";
import { randomWalk } from "./random-walk.ts";
import { Run } from "./run.ts";
import type { ExecType } from "./run-events.ts";
import { Strategy } from "./strategy.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const TYPES: readonly ExecType[] = ["Market", "Close", "Limit", "Stop", "StopLimit", "StopTrail", "StopTrailLimit"];

const FINAL: readonly string[] = ["Completed", "Canceled", "Expired", "Margin", "Rejected"];

/** Makes orders of every kind, decided by a generator in its state. */
class Trader extends Strategy({ seed: int(1, { min: 0, max: 1_000_000 }) }, ["slow"]) {
  readonly average = new SMA(this.data.close, { period: 3 });
  readonly beat = this.every("5h");
  state = { random: this.params.seed, made: [] as OrderId[], held: null as OrderId | null };

  private chance(): number {
    this.state.random = (Math.imul(this.state.random, 1664525) + 1013904223) >>> 0;
    return this.state.random / 4294967296;
  }

  private keep(...ids: readonly (OrderId | null)[]): void {
    for (const id of ids) if (id !== null) this.state.made.push(id);
    this.state.made = this.state.made.slice(-12);
  }

  private some<T>(items: readonly T[]): T {
    return items[Math.floor(this.chance() * items.length)]!;
  }

  private near(price: number): number {
    return price * (0.985 + 0.03 * this.chance());
  }

  private request(feed: FeedView): OrderRequest {
    const price = Number.isNaN(feed.opening) ? feed.close.now : feed.opening;
    const execType = this.some(TYPES);
    const trails = execType === "StopTrail" || execType === "StopTrailLimit";
    const limits = execType === "StopLimit" || execType === "StopTrailLimit";
    return {
      feed,
      execType,
      ...(this.chance() < 0.9 ? { size: Math.ceil(this.chance() * 12) / 2 } : null),
      ...(execType === "Market" || execType === "Close" || execType === "StopTrail"
        ? null
        : { price: this.near(price) }),
      ...(limits ? { priceLimit: this.near(price) } : null),
      ...(trails ? (this.chance() < 0.5 ? { trailAmount: price * 0.01 } : { trailPercent: 0.008 }) : null),
      ...(this.chance() < 0.2 ? { validFor: "5h" } : this.chance() < 0.2 ? { valid: "DAY" } : null),
      ...(this.chance() < 0.25 && this.state.made.length > 0 ? { oco: this.some(this.state.made) } : null),
      ...(this.chance() < 0.3 ? { tradeId: Math.floor(this.chance() * 3) } : null),
      ...(this.chance() < 0.15 ? { reduceOnly: true } : null),
      ...(this.chance() < 0.1 ? { cheatOnClose: false } : null),
    };
  }

  private bracketOf(feed: FeedView, up: number): BracketRequest {
    const price = Number.isNaN(feed.opening) ? feed.close.now : feed.opening;
    return {
      feed,
      size: Math.ceil(this.chance() * 6) / 2,
      price: this.near(price),
      execType: this.some(["Market", "Limit", "Stop"] as const),
      stopPrice: price * (1 - up * 0.01),
      limitPrice: price * (1 + up * 0.01),
      ...(this.chance() < 0.3 ? { stopTrailPercent: 0.01 } : null),
      ...(this.chance() < 0.2 ? { stopPriceLimit: price * (1 - up * 0.012) } : null),
      ...(this.chance() < 0.2 ? { validFor: "9h" } : null),
      ...(this.chance() < 0.1 ? { noStop: true } : null),
      ...(this.chance() < 0.1 ? { noLimit: true } : null),
    };
  }

  private act(): void {
    const dice = this.chance();
    const feed = this.feeds.slow.bars > 0 && this.chance() < 0.3 ? this.feeds.slow : this.data;
    if (this.data.bars === 0) return;
    if (dice < 0.3) this.keep(this.some([() => this.buy(this.request(feed)), () => this.sell(this.request(feed))])());
    else if (dice < 0.42) this.keep(...Object.values(this.buyBracket(this.bracketOf(feed, 1))));
    else if (dice < 0.5) this.keep(...Object.values(this.sellBracket(this.bracketOf(feed, -1))));
    else if (dice < 0.6 && this.state.made.length > 0) this.cancel(this.some(this.state.made));
    else if (dice < 0.65) this.close({ feed });
    else if (dice < 0.7) this.orderTargetPercent(this.chance() - 0.4, { feed, tradeId: 1 });
    else if (dice < 0.75 && this.state.held === null) {
      this.state.held = this.buy({ ...this.request(this.data), transmit: false });
    } else if (dice < 0.8 && this.state.held !== null) {
      this.keep(this.sell({ ...this.request(this.data), parent: this.state.held, transmit: this.chance() < 0.7 }));
      if (this.chance() < 0.7) this.state.held = null;
    }
  }

  override prenextOpen(): void {
    this.act();
  }
  override nextOpen(): void {
    this.act();
  }
  override next(): void {
    this.act();
    if (this.state.held !== null) this.log(`${this.order(this.state.held)?.status}`);
  }
  override notifyTimer(time: number): void {
    this.log(`timer ${time} ${this.value}`);
  }
  override notifyOrder(order: OrderEvent): void {
    this.log(JSON.stringify(order));
  }
  override notifyTrade(trade: TradeEvent): void {
    this.log(JSON.stringify(trade));
  }
}

const commission = fc.constantFrom<CommissionSettings | null>(
  null,
  { type: "percent", rate: 0.002, makerRate: 0.001, minimum: 0.5 },
  { type: "percent", rate: 0.001, leverage: 3, interest: 0.1, interestLong: true },
  { type: "percent", rate: 0, interest: 0.2 },
  { type: "fixed", amount: 0.05, minimum: 0.2 },
  { type: "futures", amount: 0.1, margin: 20, mult: 2 },
  { type: "futuresPercent", rate: 0.001, margin: 30, mult: 0.5 },
);

const scenario = fc.record({
  seed: fc.integer({ min: 0, max: 1_000_000 }),
  fast: fc.integer({ min: 1, max: 120 }),
  slow: fc.integer({ min: 1, max: 30 }),
  slowStart: fc.integer({ min: -8, max: 8 }),
  empty: fc.constantFrom(0, 0.2),
  gaps: fc.constantFrom(0, 0.2),
  cash: fc.constantFrom(300, 3000),
  allowShort: fc.boolean(),
  shortCash: fc.boolean(),
  cheatOnOpen: fc.boolean(),
  cheatOnClose: fc.boolean(),
  warm: fc.integer({ min: 0, max: 20 }),
  priceStep: fc.constantFrom(0, 0.01, 0.25),
  commissions: fc.tuple(commission, commission),
  slippage: fc.constantFrom<SlippageSettings | null>(
    null,
    { perc: 0.002 },
    { fixed: 0.3, slipMatch: false, slipLimit: false },
    { fixed: 0.3, slipOpen: false, slipOut: true },
  ),
  filler: fc.constantFrom<FillerSettings | null>(
    null,
    { type: "fixedSize", size: 1 },
    { type: "fixedBarPerc", perc: 30 },
    { type: "barPointPerc", perc: 80, minMov: 0.2 },
  ),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

function prepare(chosen: Scenario): PreparedRun {
  const { cash, allowShort, shortCash, cheatOnOpen, cheatOnClose, slippage, filler } = chosen;
  const slowStart = START + chosen.slowStart * 4 * HOUR;
  const instrument = { exchange: "binance", symbol: "BTC/USDT" };
  const spec = {
    base: "BTC",
    quote: "USDT",
    priceStep: chosen.priceStep,
    amountStep: 0.1,
    minAmount: 0.1,
    minNotional: 1,
    takerFee: 0.001,
    makerFee: 0.001,
    validFrom: 0,
  };
  const of = (i: number) => (chosen.commissions[i] == null ? null : { commission: chosen.commissions[i] });
  return {
    definition: {
      strategy: Trader,
      params: { seed: chosen.seed },
      feeds: [
        { feed: { name: "data", instrument, timeframe: "1h" }, spec, firstClose: START + HOUR, ...of(0) },
        { feed: { name: "slow", instrument, timeframe: "4h" }, spec, firstClose: slowStart + 4 * HOUR, ...of(1) },
      ],
      broker: {
        cash,
        fee: null,
        allowShort,
        shortCash,
        cheatOnOpen,
        cheatOnClose,
        ...(slippage === null ? null : { slippage }),
        ...(filler === null ? null : { filler }),
        sizer: { type: "fixedReverser", stake: 1.5 },
      },
      tradeFrom: START + chosen.warm * HOUR,
    },
    columns: [
      randomWalk({ ...chosen, timeframe: "1h", start: START, count: chosen.fast }),
      randomWalk({ ...chosen, timeframe: "4h", start: slowStart, count: chosen.slow, seed: chosen.seed + 7 }),
    ],
  };
}

const cuts = fc.array(
  fc.record({ feed: fc.nat(1), bars: fc.integer({ min: 1, max: 9 }), tell: fc.boolean(), cut: fc.boolean() }),
  { minLength: 1, maxLength: 40 },
);

test("orders of every kind under any settings go on unchanged from any cut", () => {
  fc.assert(
    fc.property(scenario, cuts, (chosen, steps) => expectSameInCuts(prepare(chosen), steps)),
    propertyRuns(150),
  );
});

test("the scenarios reach every kind and every end of orders", () => {
  const wanted = [
    ...["Partial", "Completed", "Canceled", "Expired", "Margin", "Rejected", "Created"],
    ...TYPES,
    ...["limitPrice", "tradeId", "parent", "group", "reduce-only", "timer"],
  ];
  const seen = new Set<string>();
  for (const chosen of fc.sample(scenario, { numRuns: 80, seed: 1 })) {
    const { events } = runWhole(prepare(chosen));
    for (const word of wanted) if (events.includes(word)) seen.add(word);
  }
  expect(wanted.filter((word) => !seen.has(word))).toEqual([]);
});

test("cash and positions are what the fills say, and a whole run's trades what it earned", () => {
  fc.assert(
    fc.property(scenario, (chosen) => {
      const prepared = prepare({ ...chosen, commissions: [null, null], shortCash: true });
      const run = new Run(prepared.definition);
      for (const [feed, candles] of prepared.columns.entries()) {
        run.offer(feed, candles, 0, candles.length);
        run.end(feed);
      }
      run.advance();
      const { cycles, fills, orders } = run.drain();
      if (cycles.length === 0) return;
      const end = cycles.length - 1;
      const paid = fills.reduce((sum, { size, price, fee }) => sum + size * price + fee, 0);
      expect(cycles.cash[end]).toBeCloseTo(chosen.cash - paid, 6);
      for (const [i, name] of ["data", "slow"].entries()) {
        const held = fills.filter(({ feed }) => feed === name).reduce((sum, { size }) => sum + size, 0);
        expect(cycles.position[i]![end]).toBeCloseTo(held, 9);
        if (!chosen.allowShort) expect(Math.min(...cycles.position[i]!)).toBeGreaterThanOrEqual(0);
      }
      for (const [id, story] of Map.groupBy(orders, ({ order }) => order)) {
        const size = fills.filter(({ order }) => order === id).reduce((sum, fill) => sum + fill.size, 0);
        expect(story.at(-1)!.size - story.at(-1)!.remaining).toBeCloseTo(size, 9);
        expect(story.filter(({ status }) => FINAL.includes(status)).length).toBeLessThanOrEqual(1);
      }
    }),
    propertyRuns(100),
  );
});
