import { expect, test } from "vitest";
import { acting, type Bar, barsOf, defineRun, endsOf, runOver } from "#shared/testkit/acting-run.ts";
import { SMA } from "../indicators/sma.ts";
import { Strategy } from "../strategy.ts";

const FLAT: Bar = [100, 100, 100, 100];

test("the open hooks see the open that begins and the indicators before it, and fill at that open", () => {
  const seen: unknown[] = [];
  class Opening extends Strategy({}) {
    readonly average = new SMA(this.data.close, { period: 2 });
    override prenextOpen(): void {
      seen.push(["early", this.data.bars, this.data.opening]);
    }
    override nextOpen(): void {
      seen.push([this.data.bars, this.data.opening, this.data.close.now, this.average.now]);
      if (this.data.bars === 2) this.buy({ quote: 1000 });
    }
    override next(): void {
      seen.push([this.data.bars, this.data.opening, this.position.size]);
    }
  }
  const candles = barsOf([FLAT, [100, 110, 100, 110], [50, 200, 40, 120]]);
  const events = runOver(defineRun(Opening, { cheatOnOpen: true }), candles);
  expect(seen).toEqual([
    ["early", 0, 100],
    ["early", 1, 100],
    [2, Number.NaN, 0],
    [2, 50, 110, 105],
    [3, Number.NaN, 20],
  ]);
  expect(events.fills.map(({ price, size }) => [price, size])).toEqual([[50, 20]]);
});

test("a run that cheats on open checks market orders at that open, and calls no open hook otherwise", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 100, tag: "a" });
  });
  const candles = barsOf([FLAT, [101, 101, 101, 101]]);
  expect(endsOf(runOver(defineRun(strategy, { cheatOnOpen: true }), candles))).toEqual(["a Margin"]);
  class Opening extends Strategy({}) {
    override nextOpen(): void {
      throw new Error("called");
    }
  }
  expect(() => runOver(defineRun(Opening), candles)).not.toThrow();
  expect(() => runOver(defineRun(Opening, { cheatOnOpen: true }), candles)).toThrow("Opening.nextOpen failed");
});

test("a run that cheats on close fills at the close of the order's bar, a bar later, unless the order says no", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 1, tag: "a" });
    if (bar === 1) self.buy({ size: 1, tag: "b", cheatOnClose: false });
  });
  const candles = barsOf([FLAT, [110, 120, 105, 115]]);
  expect(endsOf(runOver(defineRun(strategy, { cheatOnClose: true }), candles))).toEqual([
    ...["a 1@100", "a Completed", "b 1@110", "b Completed"],
  ]);
});
