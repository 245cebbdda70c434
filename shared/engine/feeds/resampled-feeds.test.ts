import { expect, test } from "vitest";
import type { CandleColumns } from "#shared/market/candle.ts";
import type { InstrumentSpec } from "#shared/market/instrument.ts";
import { SMA } from "../indicators/sma.ts";
import { randomWalk } from "../random-walk.ts";
import { Run } from "../run.ts";
import type { RunDefinition, RunFeed } from "../run-definition.ts";
import { Strategy } from "../strategy.ts";
import { Resampler } from "./resampler.ts";

const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);

class Watcher extends Strategy({}, ["slow"]) {
  readonly average = new SMA(this.feeds.slow.close, { period: 2 });

  override next(): void {
    const { slow } = this.feeds;
    this.log(`${this.data.bars} ${slow.bars} ${slow.open.now} ${slow.volume.now} ${this.average.now}`);
    if (this.position.size === 0) this.buy({ size: 1, feed: this.data });
    else if (this.average.now < this.data.close.now) this.close();
  }
}

const spec: InstrumentSpec = {
  base: "BTC",
  quote: "USDT",
  priceStep: 0.01,
  amountStep: 0.001,
  minAmount: 0,
  minNotional: 0,
  takerFee: 0.001,
  makerFee: 0.001,
  validFrom: 0,
};
const instrument = { exchange: "binance", symbol: "BTC/USDT" };
const fast: RunFeed = { feed: { name: "data", instrument, timeframe: "1m" }, spec, firstClose: START + MINUTE };
const slow: RunFeed = { feed: { name: "slow", instrument, timeframe: "5m" }, spec, firstClose: null };

function definition(second: RunFeed, first: RunFeed = fast): RunDefinition {
  const broker = { cash: 1000, fee: null, allowShort: false };
  return { strategy: Watcher, params: {}, feeds: [first, second], broker, tradeFrom: START };
}

const resampled = definition({ ...slow, resampleOf: "data" });

function sample(gaps: number): CandleColumns {
  return randomWalk({ timeframe: "1m", start: START, count: 101, seed: 5, gaps, empty: 0.1 });
}

function outcome(run: Run): string {
  return JSON.stringify([run.drain(), run.resultHash()]);
}

test("a run over resampled candles equals one that is given these candles", () => {
  for (const gaps of [0, 0.2]) {
    const columns = sample(gaps);
    const made = new Run(resampled);
    made.offer(0, columns, 0, columns.length);
    made.end(0);
    made.advance();

    const larger = new Resampler("1m", "5m").fold(columns, 0, columns.length);
    const given = new Run(definition(slow));
    given.offer(0, columns, 0, columns.length);
    given.offer(1, larger, 0, larger.length);
    for (const feed of [0, 1]) given.end(feed);
    given.advance();
    expect(larger.length).toBeGreaterThan(15);
    expect(outcome(made)).toBe(outcome(given));
  }
});

test("it equals itself bar by bar with a restore after each, windows told late included", () => {
  const columns = sample(0.2);
  const end = START + 101 * MINUTE;
  const whole = new Run(resampled);
  whole.offer(0, columns, 0, columns.length);
  whole.tell(0, end);
  whole.advance();
  const logs = whole.drain().logs;

  let run = new Run(resampled);
  const heard: unknown[] = [];
  for (let time = START, bar = 0; time <= end; time += MINUTE) {
    if (columns.closeTime[bar] === time) run.offer(0, columns, bar, ++bar);
    run.tell(0, time);
    run.advance();
    heard.push(...run.drain().logs);
    const snapshot = run.snapshot();
    run = new Run(resampled);
    run.restore(snapshot);
  }
  expect(heard).toEqual(logs);
  expect(run.resultHash()).toBe(whole.resultHash());
});

test("a larger candle is taken in the cycle of the bar that fills it, or at its close", () => {
  const columns = sample(0);
  const run = new Run(resampled);
  run.offer(0, columns, 0, 9);
  run.advance();
  expect(run.drain().cycles.length).toBe(9);
  run.tell(0, START + 10 * MINUTE);
  run.advance();
  const { cycles, logs } = run.drain();
  expect(Array.from(cycles.time)).toEqual([START + 10 * MINUTE - 1]);
  expect(logs.map(({ text }) => text.split(" ").slice(0, 2))).toEqual([["9", "2"]]);
});

test("a candle that is not full at the end is dropped", () => {
  const run = new Run(resampled);
  run.offer(0, sample(0), 0, 9);
  run.end(0);
  run.advance();
  expect(run.drain().cycles.length).toBe(9);
});

test("a source that cannot be, and bars for a feed that is made, are refused", () => {
  const made = { ...slow, resampleOf: "data" };
  const other = { ...fast.feed, instrument: { exchange: "binance", symbol: "ETH/USDT" } };
  const wanted = "name a feed of binance:BTC/USDT that has bars of its own";
  expect(() => new Run(definition({ ...slow, resampleOf: "slow" }))).toThrow(wanted);
  expect(() => new Run(definition({ ...slow, resampleOf: "medium" }))).toThrow(wanted);
  expect(() => new Run(definition(made, { ...fast, feed: other }))).toThrow(wanted);
  expect(() => new Run(definition(made, { ...fast, feed: { ...fast.feed, timeframe: "3m" } }))).toThrow("tiles them");
  const run = new Run(definition(made));
  const refusal = "feed slow is made from data: offer and tell that one alone";
  expect(() => run.offer(1, sample(0), 0, 1)).toThrow(refusal);
  expect(() => run.tell(1, START)).toThrow(refusal);
  expect(() => run.end(1)).toThrow(refusal);
});

test("what a feed is made from belongs to a run's identity", () => {
  const run = new Run(resampled);
  expect(() => new Run(definition(slow)).restore(run.snapshot())).toThrow("the snapshot is of another run");
});
