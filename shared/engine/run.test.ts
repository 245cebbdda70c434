import { expect, test } from "vitest";
import type { CandleColumns } from "../market/candle.ts";
import { InputError } from "../market/input-error.ts";
import type { InstrumentSpec } from "../market/instrument.ts";
import type { OrderEvent } from "./broker/order.ts";
import type { TradeEvent } from "./broker/round-trip.ts";
import { SMA } from "./indicators/sma.ts";
import { int } from "./parameter.ts";
import { Run } from "./run.ts";
import type { BrokerSettings, RunDefinition } from "./run-definition.ts";
import type { RunEvents } from "./run-events.ts";
import { Strategy, type StrategyClass } from "./strategy.ts";

const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);
const instrument = { exchange: "binance", symbol: "BTC/USDT" };
const spec: InstrumentSpec = {
  base: "BTC",
  quote: "USDT",
  priceStep: 0.01,
  amountStep: 0.1,
  minAmount: 0,
  minNotional: 0,
  takerFee: 0.01,
  makerFee: 0.005,
  validFrom: 0,
};

/** Minutes that open and close as given; the number of trades of each is 1 unless given. */
function minutes(
  prices: readonly (readonly [open: number, close: number])[],
  trades?: readonly number[],
): CandleColumns {
  return {
    length: prices.length,
    openTime: Float64Array.from(prices, (_, i) => START + i * MINUTE),
    closeTime: Float64Array.from(prices, (_, i) => START + (i + 1) * MINUTE),
    open: Float64Array.from(prices, ([open]) => open),
    high: Float64Array.from(prices, ([open, close]) => Math.max(open, close)),
    low: Float64Array.from(prices, ([open, close]) => Math.min(open, close)),
    close: Float64Array.from(prices, ([, close]) => close),
    volume: Float64Array.from(prices, () => 1),
    trades: Float64Array.from(prices, (_, i) => trades?.[i] ?? 1),
  };
}

const flat = (count: number): CandleColumns => minutes(Array.from({ length: count }, () => [100, 100] as const));

interface Options extends Partial<BrokerSettings> {
  readonly params?: RunDefinition["params"];
  readonly spec?: Partial<InstrumentSpec>;
  readonly tradeFrom?: number;
}

function define(strategy: StrategyClass, options: Options = {}): RunDefinition {
  const { cash = 1000, fee = null, allowShort = false, params = {}, tradeFrom = START } = options;
  const feed = { name: "data", instrument, timeframe: "1m" } as const;
  const feeds = [{ feed, spec: { ...spec, ...options.spec }, firstClose: START + MINUTE }];
  return { strategy, params, feeds, broker: { cash, fee, allowShort }, tradeFrom };
}

function runOver(candles: CandleColumns, definition: RunDefinition): RunEvents {
  const run = new Run(definition);
  run.offer(0, candles, 0, candles.length);
  run.end(0);
  run.advance();
  return run.drain();
}

/** A strategy without parameters whose `next` is `act`, called with the number of the bar, from 1. */
function acting(act: (strategy: Acting, bar: number) => unknown): StrategyClass {
  return class extends Acting {
    override next(): void {
      act(this, this.data.bars);
    }
  };
}
class Acting extends Strategy({}) {}

const statuses = (events: RunEvents): string[] => events.orders.map((row) => `${row.order} ${row.status}`);

test("a market order fills at the next open, takes its fee, and is part of the value at the close", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 2, tag: "in" });
    if (bar === 3) self.close();
  });
  const events = runOver(
    minutes([
      [100, 101],
      [102, 110],
      [108, 109],
      [120, 90],
    ]),
    define(strategy),
  );
  expect(events.fills.map(({ time, size, price, fee, pnl }) => [time, size, price, fee, pnl])).toEqual([
    [START + 2 * MINUTE - 1, 2, 102, 2.04, 0],
    [START + 4 * MINUTE - 1, -2, 120, 2.4, 36],
  ]);
  expect([...events.cycles.cash]).toEqual([1000, 793.96, 793.96, 1031.56]);
  expect([...events.cycles.value]).toEqual([1000, 1013.96, 1011.96, 1031.56]);
  expect([...events.cycles.position[0]!]).toEqual([0, 2, 2, 0]);
  const words = { feed: "data", tag: "in", exitTag: null, exitType: "Market" };
  expect(events.trades).toEqual([
    {
      ...words,
      seq: events.trades[0]!.seq,
      trade: 1,
      openTime: START + 2 * MINUTE - 1,
      closeTime: START + 4 * MINUTE - 1,
      size: 2,
      entryPrice: 102,
      exitPrice: 120,
      pnl: 36,
      fees: 4.4399999999999995,
      bars: 2,
    },
  ]);
  const seqs = [...events.orders, ...events.fills, ...events.trades].map((row) => row.seq).sort((a, b) => a - b);
  expect(seqs).toEqual(seqs.map((_, i) => i));
});

test("positions are counted in steps: 0.1 + 0.2 − 0.3 is flat and closes the round trip", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 0.1 });
    if (bar === 2) self.buy({ size: 0.2 });
    if (bar === 3) self.sell({ size: 0.3 });
  });
  const events = runOver(flat(5), define(strategy));
  expect([...events.cycles.position[0]!]).toEqual([0, 0.1, 0.3, 0, 0]);
  expect(events.trades.map((trade) => trade.size)).toEqual([0.3]);
});

test("all of an order's statuses are told on the next bar, then its trade, then next", () => {
  const heard: string[] = [];
  class Listening extends Strategy({}) {
    override next(): void {
      heard.push(`next ${this.data.bars}`);
      if (this.data.bars === 1) this.buy({ size: 1 });
    }
    override notifyOrder(order: OrderEvent): void {
      heard.push(`${order.status} ${order.executed.size} ${order.done}`);
    }
    override notifyTrade(trade: TradeEvent): void {
      heard.push(`${trade.status} ${trade.size}`);
    }
  }
  runOver(flat(2), define(Listening));
  expect(heard).toEqual(["next 1", "Submitted 0 false", "Accepted 0 false", "Completed 1 true", "opened 1", "next 2"]);
});

test("margin is checked at submission, one order after the other, and again at the fill", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    self.buy({ size: 9 });
    self.buy({ size: 5 });
    self.buy({ size: 0.5 });
  });
  const events = runOver(
    minutes([
      [100, 100],
      [108, 108],
    ]),
    define(strategy),
  );
  expect(statuses(events).slice(3)).toEqual(["1 Accepted", "2 Margin", "3 Accepted", "1 Completed", "3 Margin"]);
  expect(events.orders.at(-1)!.note).toContain("USDT more than the cash");
});

test("spot shorts are refused, in part at the fill, unless allowed", () => {
  const short = acting((self, bar) => {
    if (bar === 1) self.sell({ size: 1 });
  });
  expect(statuses(runOver(flat(2), define(short)))).toEqual(["1 Submitted", "1 Rejected"]);
  const allowed = runOver(
    minutes([
      [100, 100],
      [100, 90],
    ]),
    define(short, { allowShort: true, fee: 0 }),
  );
  expect([...allowed.cycles.value]).toEqual([1000, 1010]);
  const twice = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 1 });
    if (bar === 2) self.sell({ size: 1 });
    if (bar === 3) self.sell({ size: 0.6 });
  });
  // Bar 3 is empty, so both sales meet on bar 4: each was covered when it was checked.
  const events = runOver({ ...flat(5), trades: Float64Array.of(1, 1, 0, 1, 1) }, define(twice));
  expect(statuses(events).slice(-3)).toEqual(["3 Accepted", "2 Completed", "3 Rejected"]);
  expect(events.cycles.position[0]!.at(-1)).toBe(0);
});

test("nothing fills in a window without trades", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 1 });
  });
  const candles = minutes(
    [
      [100, 100],
      [100, 100],
      [105, 105],
    ],
    [1, 0, 1],
  );
  const events = runOver(candles, define(strategy));
  expect(events.fills.map((fill) => [fill.time, fill.price])).toEqual([[START + 3 * MINUTE - 1, 105]]);
});

test("computed sizes round toward zero to the step, and what is under a minimum is reported", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ quote: 259 });
    if (bar === 2) self.buy({ quote: 9 });
    if (bar === 3) self.buy({ size: 0.2 });
    if (bar === 4) self.buy({ size: 0.4 });
    if (bar === 5) self.orderTargetValue(101);
    if (bar === 6) expect(self.buy({ size: 0 })).toBeNull();
  });
  const events = runOver(flat(7), define(strategy, { spec: { minAmount: 0.3, minNotional: 50 } }));
  expect(
    events.orders.filter((row) => row.status !== "Accepted").map((row) => [row.status, row.size, row.note]),
  ).toEqual([
    ["Submitted", 2.5, null],
    ["Completed", 2.5, null],
    ["Rejected", 0, "rounds to 0 at the amount step of 0.1 BTC"],
    ["Rejected", 0.2, "0.2 BTC is under the minimum of 0.3 BTC"],
    ["Rejected", 0.4, "40 USDT is under the minimum value of 50 USDT"],
    ["Submitted", -1.4, null],
    ["Completed", -1.4, null],
  ]);
});

test("an order needs one size", () => {
  expect(() => runOver(flat(2), define(acting((self) => self.buy({}))))).toThrow("no size, and the run no sizer");
  expect(() => runOver(flat(2), define(acting((self) => self.buy({ size: -1 }))))).toThrow("an order's size is -1");
});

test("before tradeFrom only prenext is called and orders are refused; then nextstart, then next", () => {
  const heard: string[] = [];
  class Warm extends Strategy({ period: int(2, { min: 1, max: 9 }) }) {
    readonly average = new SMA(this.data.close, { period: this.params.period });
    override prenext(): void {
      heard.push(`prenext ${this.average.now}`);
      this.buy({ size: 1 });
    }
    override nextstart(): void {
      heard.push("nextstart");
    }
    override next(): void {
      heard.push("next");
    }
  }
  const events = runOver(flat(5), define(Warm, { tradeFrom: START + 3 * MINUTE }));
  expect(heard).toEqual(["prenext NaN", "prenext 100", "prenext 100", "nextstart", "next"]);
  expect(events.orders.map((row) => [row.status, row.note])).toEqual(
    Array(3).fill(["Rejected", "no orders are taken before trading starts at 2024-01-01T00:03:00.000Z"]),
  );
  expect(events.cycles.length).toBe(2);
});

test("with a slower feed nextstart is called on each bar at the exact minimum period", () => {
  const heard: string[] = [];
  class TwoFeeds extends Strategy({}, ["slow"]) {
    readonly average = new SMA(this.feeds.slow.close, { period: 2 });
    override prenext(): void {
      heard.push("p");
    }
    override nextstart(): void {
      heard.push(`s${this.feeds.slow.close.now}`);
    }
    override next(): void {
      heard.push("n");
    }
  }
  const fast = flat(10);
  const definition = define(TwoFeeds);
  const slowFeed = { ...definition.feeds[0]!, feed: { name: "slow", instrument, timeframe: "3m" as const } };
  const run = new Run({ ...definition, feeds: [...definition.feeds, { ...slowFeed, firstClose: START + 3 * MINUTE }] });
  const slow = {
    ...minutes([
      [1, 1],
      [2, 2],
      [3, 3],
    ]),
    closeTime: Float64Array.of(START + 3 * MINUTE, START + 6 * MINUTE, START + 9 * MINUTE),
  };
  run.offer(0, fast, 0, 10);
  run.advance();
  // Only the windows of `slow` before its first candle are told.
  expect(heard.join("")).toBe("pp");
  run.offer(1, slow, 0, 2);
  run.advance();
  expect(heard.join(" ")).toBe("p p p p p s2");
  run.tell(1, START + 8 * MINUTE);
  run.advance();
  run.offer(1, slow, 2, 3);
  run.end(1);
  run.advance();
  expect(heard.join(" ")).toBe("p p p p p s2 s2 s2 n n");
});

test("a feed that cannot be traded refuses orders and says why", () => {
  class Eager extends Strategy({}) {
    static override readonly feeds = ["later", "foreign"];
    override prenext(): void {
      for (const name of ["later", "foreign"]) this.buy({ size: 1, feed: this.feeds[name]! });
    }
  }
  const definition = define(Eager);
  const main = definition.feeds[0]!;
  const feeds = [
    main,
    { ...main, feed: { ...main.feed, name: "later" }, firstClose: START + 9 * MINUTE },
    {
      ...main,
      feed: { ...main.feed, name: "foreign" },
      spec: { ...main.spec, quote: "ETH" },
      firstClose: START + 9 * MINUTE,
    },
  ];
  const run = new Run({ ...definition, feeds });
  run.offer(0, flat(1), 0, 1);
  run.advance();
  expect(run.drain().orders.map((row) => [row.feed, row.status, row.note])).toEqual([
    ["later", "Rejected", "its feed has had no bar yet"],
    ["foreign", "Rejected", "is priced in ETH, while the account holds USDT"],
  ]);
});

test("lines read back as far as the look-back, and are NaN before the first bar", () => {
  const read: number[] = [];
  const strategy = acting((self, bar) => {
    if (bar === 2)
      read.push(self.data.close.now, self.data.close.ago(1), self.data.close.ago(2), self.data.close.ago(100));
  });
  runOver(
    minutes([
      [1, 2],
      [3, 4],
    ]),
    define(strategy),
  );
  expect(read).toEqual([4, 2, Number.NaN, Number.NaN]);
  for (const bars of [101, -1, 0.5, Number.NaN]) {
    expect(() => runOver(flat(1), define(acting((self) => self.data.close.ago(bars))))).toThrow(
      `ago(${bars}) reads outside`,
    );
  }
});

test("a strategy that throws fails its run; what it did before can be drained", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 1 });
    if (bar === 3) throw new Error("no such luck");
  });
  const run = new Run(define(strategy));
  run.offer(0, flat(5), 0, 5);
  expect(() => run.advance()).toThrow(/\.next failed at 2024-01-01T00:02:59\.999Z: no such luck/);
  expect(run.drain().fills.length).toBe(1);
  expect(() => run.advance()).toThrow("no such luck");
  expect(() => run.snapshot()).toThrow("no such luck");
});

test("what a restart would lose is refused", () => {
  class Field extends Strategy({}) {
    readonly list = [1];
  }
  class Handler extends Strategy({}) {
    readonly handler = () => 1;
  }
  class Dated extends Strategy({}) {
    state = { date: new Date(0) };
  }
  for (const strategy of [Field, Handler]) expect(() => new Run(define(strategy))).toThrow(/field '.*' of strategy/);
  expect(() => new Run(define(Dated))).toThrow("state.date is a Date");
  class Loose extends Strategy({}) {
    state = { seen: null as Map<string, number> | null };
    override next(): void {
      this.state.seen = new Map();
    }
  }
  expect(() => runOver(flat(1), define(Loose))).toThrow(
    "Loose.state failed at 2024-01-01T00:00:59.999Z: state.seen is a Map",
  );
  class Changing extends Strategy({}) {
    count = 0;
    override next(): void {
      this.count++;
    }
  }
  expect(() => runOver(flat(1), define(Changing))).toThrow("Cannot assign to read only property 'count'");
  class Waiting extends Strategy({}) {
    override async next(): Promise<void> {}
  }
  expect(() => runOver(flat(1), define(Waiting))).toThrow("it returned a promise");
});

test("a snapshot goes on only in a run of the same definition and engine", () => {
  class Averaging extends Strategy({ period: int(2, { min: 1, max: 9 }) }) {
    readonly average = new SMA(this.data.close, { period: this.params.period });
  }
  const run = new Run(define(Averaging));
  run.offer(0, flat(3), 0, 3);
  run.advance();
  expect(() => run.snapshot()).toThrow("drain it first");
  run.drain();
  const snapshot = run.snapshot();
  const other = new Run(define(Averaging, { params: { period: 3 } }));
  expect(() => other.restore(snapshot)).toThrow('params is {"period":2} there and {"period":3} here');
  expect(() => new Run(define(Averaging, { cash: 5 })).restore(snapshot)).toThrow(InputError);
  expect(() => run.restore(snapshot)).toThrow("only in a run without bars");
  const old = snapshot.slice();
  new Float64Array(old.buffer)[0] = 0;
  expect(() => new Run(define(Averaging)).restore(old)).toThrow("the snapshot has version 0");
  expect(() => new Run(define(Averaging)).restore(snapshot.subarray(0, 800))).toThrow("ends too early");
});

test("bad definitions and bars out of order are refused", () => {
  class Plain extends Strategy({ period: int(2, { min: 1, max: 9 }) }, ["slow"]) {}
  expect(() => new Run(define(Plain))).toThrow(
    "strategy Plain runs on 2 feeds, not 1: give the main feed, then slow=…",
  );
  const { feeds } = define(Plain);
  expect(() => new Run({ ...define(Plain), feeds: [feeds[0]!, feeds[0]!] })).toThrow("is named 'data'");
  const one = acting(() => {});
  expect(() => new Run(define(one, { params: { period: 1 } }))).toThrow("has no parameter 'period': it has none");
  class Blind extends Strategy({}) {
    static override readonly lookback = -1;
  }
  expect(() => new Run(define(Blind))).toThrow("lookback of Blind is -1");
  expect(() => new Run(define(one, { cash: 0 }))).toThrow("starting cash is 0");
  const run = new Run(define(one));
  run.offer(0, flat(3), 0, 2);
  expect(() => run.offer(0, flat(3), 1, 3)).toThrow("is told up to");
});

test("a cancelled order is over at once and told on the next bar", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.cancel(self.buy({ size: 1 })!);
  });
  const events = runOver(flat(3), define(strategy));
  expect(statuses(events)).toEqual(["1 Submitted", "1 Canceled"]);
  expect(events.fills).toEqual([]);
});

test("the hash tells runs apart", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 1 });
  });
  const hash = (options: Options): string => {
    const run = new Run(define(strategy, options));
    run.offer(0, flat(3), 0, 3);
    run.advance();
    return run.resultHash();
  };
  expect(hash({})).toMatch(/^[0-9a-f]{32}$/);
  expect(hash({})).toBe(hash({}));
  expect(hash({})).not.toBe(hash({ fee: 0.02 }));
});

test("a feed that ended goes on where a bar comes after all, as if it had never ended", () => {
  class Logs extends Strategy({}) {
    override next(): void {
      this.log(String(this.time));
    }
  }
  const whole = new Run(define(Logs));
  whole.offer(0, flat(9), 0, 9);
  whole.advance();
  const before = new Run(define(Logs));
  before.offer(0, flat(9), 0, 4);
  before.end(0);
  before.advance();
  const logs = before.drain().logs;
  expect(before.told(0)).toBe(START + 4 * MINUTE);
  expect(before.clock).toBe(START + 4 * MINUTE);
  const after = new Run(define(Logs));
  after.restore(before.snapshot());
  expect(() => after.offer(0, flat(9), 3, 4)).toThrow("is told up to");
  after.offer(0, flat(9), 6, 9);
  after.advance();
  expect([...logs, ...after.drain().logs].map(({ text }) => Number(text) + 1 - START)).toEqual(
    [1, 2, 3, 4, 7, 8, 9].map((minute) => minute * MINUTE),
  );
});

test("a feed that ended keeps the others waiting again once it is told further", () => {
  class Two extends Strategy({}, ["other"]) {}
  const { feeds, ...definition } = define(Two);
  const other = { ...feeds[0]!, feed: { ...feeds[0]!.feed, name: "other" } };
  const run = new Run({ ...definition, feeds: [feeds[0]!, other] });
  run.end(1);
  run.offer(0, flat(9), 0, 2);
  run.advance();
  expect(run.drain().cycles.length).toBe(2);
  run.tell(1, START + 3 * MINUTE);
  run.offer(0, flat(9), 2, 5);
  run.advance();
  expect(run.drain().cycles.length).toBe(1);
});
