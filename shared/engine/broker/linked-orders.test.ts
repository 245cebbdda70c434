import { expect, test } from "vitest";
import {
  acting,
  type Bar,
  barsOf,
  defineRun,
  endsOf,
  HOUR,
  runOver,
  START,
  storyOf,
} from "#shared/testkit/acting-run.ts";
import type { OrderId } from "./order.ts";

const FLAT: Bar = [100, 100, 100, 100];
const spot = { allowShort: false } as const;

test("a bracket protects a spot position: its children wait for the main order, and one ends the other", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buyBracket({ size: 2, execType: "Market", stopPrice: 95, limitPrice: 105, tag: "b" });
  });
  // The bar that fills the main order reaches both children, but they may act from the next one on.
  const events = runOver(defineRun(strategy, spot), barsOf([FLAT, [100, 106, 94, 100], [100, 106, 99, 104], FLAT]));
  expect(storyOf(events)).toEqual([
    ...["b Submitted", "b Submitted", "b Submitted", "b Accepted", "b Accepted", "b Accepted"],
    ...["b 2@100", "b Completed", "b -2@105", "b Completed", "b Canceled"],
  ]);
  expect(events.orders.map((row) => row.parent ?? 0)).toEqual([0, 1, 1, 0, 1, 1, 0, 1, 1]);
  expect(events.cycles.position[0]!.at(-1)).toBe(0);
});

test("if a bar reaches stop and limit, the stop is first", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.sellBracket({ size: 1, execType: "Market", stopPrice: 105, limitPrice: 95, tag: "b" });
  });
  const events = runOver(defineRun(strategy), barsOf([FLAT, FLAT, [100, 110, 90, 100]]));
  expect(endsOf(events).slice(2)).toEqual(["b 1@105", "b Completed", "b Canceled"]);
});

test("a bracket's part that ends early ends all of it", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    const { stop } = self.buyBracket({ size: 1, price: 90, stopPrice: 80, limitPrice: 110 });
    self.buyBracket({ size: 1, price: 90, stopPrice: 80, limitPrice: 110, validFor: "1h" });
    self.cancel(stop!);
  });
  const events = runOver(defineRun(strategy), barsOf([FLAT, FLAT, FLAT]));
  const last = new Map(events.orders.map((row) => [row.order, row.status]));
  expect([...last.values()]).toEqual(["Canceled", "Canceled", "Canceled", "Expired", "Canceled", "Canceled"]);
});

test("brackets leave children out on request, and a main order that is refused takes them along", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    const stopOnly = self.buyBracket({ size: 1, price: 90, stopPrice: 80, noLimit: true });
    expect([stopOnly.main, stopOnly.stop, stopOnly.limit]).toEqual([1, 2, null]);
    const bare = self.buyBracket({ size: 1, price: 90, noStop: true, noLimit: true });
    expect([bare.main, bare.stop, bare.limit]).toEqual([3, null, null]);
    self.buyBracket({ size: 1000, price: 90, stopPrice: 80, limitPrice: 110 });
    expect(self.buyBracket({ size: 0, price: 90 })).toEqual({ main: null, stop: null, limit: null });
  });
  const events = runOver(defineRun(strategy), barsOf([FLAT, FLAT]));
  const last = new Map(events.orders.map((row) => [row.order, row.status]));
  expect([...last.values()]).toEqual(["Accepted", "Accepted", "Accepted", "Margin", "Canceled", "Canceled"]);
});

test("the first fill in a group, even in part, cancels the others and lives on", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    const first = self.buy({ size: 2, execType: "Limit", price: 99, tag: "a" })!;
    self.buy({ size: 2, execType: "Stop", price: 105, oco: first, tag: "b" });
    self.buy({ size: 2, execType: "Limit", price: 98, oco: first, tag: "c" });
  });
  const rows: Bar[] = [FLAT, [100, 100, 99, 100], [100, 106, 90, 90]];
  const events = runOver(defineRun(strategy, { filler: { type: "fixedSize", size: 1 } }), barsOf(rows));
  expect(endsOf(events)).toEqual([...["a 1@99", "a Partial", "c Canceled", "b Canceled", "a 1@99", "a Completed"]]);
  expect(events.orders.at(-1)!.group).toBe(1);
});

test("stop and limit of one group protect one spot position", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 2 });
    if (bar !== 2) return;
    const stop = self.sell({ size: 2, execType: "Stop", price: 95, tag: "stop" })!;
    self.sell({ size: 2, execType: "Limit", price: 105, oco: stop, tag: "limit" });
  });
  const events = runOver(defineRun(strategy, spot), barsOf([FLAT, FLAT, FLAT, [104, 106, 104, 104]]));
  expect(endsOf(events).slice(2)).toEqual(["limit -2@105", "limit Completed", "stop Canceled"]);
});

test("a member that the margin check refuses cancels members that are not checked yet", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    const first = self.buy({ size: 1000, tag: "dear" })!;
    self.buy({ size: 1, oco: first, tag: "cheap" });
  });
  expect(endsOf(runOver(defineRun(strategy), barsOf([FLAT, FLAT])))).toEqual(["dear Margin", "cheap Canceled"]);
});

test("a main order that its group cancels takes its children along", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    const other = self.buy({ size: 1, tag: "other" })!;
    self.buyBracket({ size: 1, price: 90, stopPrice: 80, limitPrice: 110, oco: other, tag: "b" });
  });
  const ends = endsOf(runOver(defineRun(strategy), barsOf([FLAT, FLAT])));
  expect(ends).toEqual(["other 1@100", "other Completed", "b Canceled", "b Canceled", "b Canceled"]);
});

test("orders that are kept back go to the broker with the child that is transmitted, the parent first", () => {
  const seen: unknown[] = [];
  const strategy = acting((self, bar) => {
    if (bar === 1) {
      const main = self.buy({ size: 1, tag: "main", transmit: false })!;
      self.sell({ size: 1, execType: "Stop", price: 90, tag: "stop", parent: main, transmit: false });
    }
    seen.push(self.order(1 as OrderId)?.status);
    if (bar === 2) self.sell({ size: 1, execType: "Limit", price: 110, tag: "limit", parent: 1 as OrderId });
  });
  const events = runOver(defineRun(strategy), barsOf([FLAT, FLAT, FLAT, [111, 111, 111, 111]]));
  expect(seen).toEqual(["Created", "Created", "Completed", undefined]);
  expect(storyOf(events).slice(0, 3)).toEqual(["main Submitted", "stop Submitted", "limit Submitted"]);
  expect(endsOf(events).slice(2)).toEqual(["limit -1@111", "limit Completed", "stop Canceled"]);
});

test("a child of an order that is over, or of a child, is rejected", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 1 });
    if (bar === 3) self.sell({ size: 1, parent: 1 as OrderId });
    if (bar !== 4) return;
    const { stop } = self.buyBracket({ size: 1, price: 90, stopPrice: 80, limitPrice: 110 });
    self.sell({ size: 1, parent: stop! });
  });
  const events = runOver(defineRun(strategy), barsOf([FLAT, FLAT, FLAT, FLAT]));
  expect(events.orders.filter((row) => row.status === "Rejected").map((row) => row.note)).toEqual([
    "its parent, order 1, is over or was never made",
    "its parent, order 4, is itself a child: name the main order",
  ]);
});

test("reduce-only orders take a position back and never open one", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 2, tag: "in" });
    if (bar === 2) self.sell({ size: 5, reduceOnly: true, tag: "out" });
    if (bar === 2) self.sell({ size: 1, execType: "Stop", price: 90, reduceOnly: true, tag: "orphan" });
  });
  const events = runOver(defineRun(strategy, spot), barsOf([FLAT, FLAT, FLAT, [80, 80, 80, 80]]));
  expect(endsOf(events).slice(2)).toEqual(["out -2@100", "out Partial", "out Canceled", "orphan Canceled"]);
  const ended = events.orders.filter(({ status }) => status === "Canceled").map(({ time }) => time);
  expect(ended).toEqual([START + 3 * HOUR - 1, START + 4 * HOUR - 1]);
  expect(events.orders.at(-1)!.note).toBe("is reduce-only, and there is nothing left to reduce");
  expect([...events.cycles.position[0]!]).toEqual([0, 2, 0, 0]);
});

test("a trade says which order opened it, and which closed it or turned it", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buyBracket({ size: 1, execType: "Market", stopPrice: 90, limitPrice: 200, tag: "first" });
    if (bar === 4) self.sell({ size: 1, tag: "second" });
    if (bar === 5) self.buy({ size: 2, tag: "turn" });
    if (bar === 6) self.close();
  });
  const bars: Bar[] = [FLAT, FLAT, [95, 95, 85, 90], FLAT, FLAT, FLAT, FLAT];
  const { trades } = runOver(defineRun(strategy), barsOf(bars));
  expect(trades.map(({ tag, exitTag, exitType }) => [tag, exitTag, exitType])).toEqual([
    ["first", "first", "Stop"],
    ["second", "turn", "Market"],
    ["turn", null, "Market"],
  ]);
});
