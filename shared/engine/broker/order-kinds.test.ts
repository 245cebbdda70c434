import { expect, test } from "vitest";
import { acting, type Bar, barsOf, defineRun, endsOf, HOUR, runOver, START } from "#shared/testkit/acting-run.ts";

const FLAT: Bar = [100, 100, 100, 100];
const EMPTY: Bar = [100, 100, 100, 100, 0, 0];

test("a limit fills at the open if that is better, else at its price once the bar reaches it", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    self.buy({ size: 1, execType: "Limit", price: 98, tag: "buy" });
    self.sell({ size: 1, execType: "Limit", price: 103, tag: "sell" });
  });
  const touched = barsOf([FLAT, [100, 102, 97, 101], [104, 105, 99, 100]]);
  expect(endsOf(runOver(defineRun(strategy), touched))).toEqual([
    ...["buy 1@98", "buy Completed", "sell -1@104", "sell Completed"],
  ]);
});

test("a stop-limit that is reached inside a bar waits for its limit on further bars", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 1, execType: "StopLimit", price: 102, priceLimit: 101, tag: "a" });
  });
  const candles = barsOf([FLAT, [100, 103, 100, 103], [103, 104, 101.5, 103], [103, 103, 100.5, 102]]);
  const events = runOver(defineRun(strategy), candles);
  expect(events.fills.map(({ time, price }) => [time, price])).toEqual([[START + 4 * HOUR - 1, 101]]);
});

test("a trailing stop follows the closes, not the highs, and never loosens", () => {
  const stops: (number | null)[] = [];
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 1 });
    if (bar === 1) self.sell({ size: 1, execType: "StopTrail", trailAmount: 5, tag: "stop" });
    stops.push(self.order(2 as never)?.stopPrice ?? null);
  });
  const candles = barsOf([FLAT, [100, 120, 100, 110], [110, 112, 106, 107], [107, 108, 104, 106], FLAT]);
  const events = runOver(defineRun(strategy), candles);
  expect(stops).toEqual([95, 105, 105, 105, null]);
  expect(endsOf(events).at(-2)).toBe("stop -1@105");
});

test("a trailing stop-limit takes its limit along", () => {
  const prices: unknown[] = [];
  const strategy = acting((self, bar) => {
    if (bar === 1) {
      self.sell({ size: 1, execType: "StopTrailLimit", trailPercent: 0.1, price: 100, priceLimit: 99, tag: "a" });
    }
    const order = self.order(1 as never);
    prices.push([order?.stopPrice, order?.limitPrice]);
  });
  runOver(defineRun(strategy), barsOf([FLAT, [100, 120, 100, 120], FLAT]));
  expect(prices).toEqual([
    [90, 89],
    [108, 107],
    [108, 107],
  ]);
});

test("windows without trades fill, trigger and trail nothing, while checks and expiry go on", () => {
  const strategy = acting((self, bar) => {
    if (bar === 2) self.sell({ size: 1, execType: "StopTrail", trailAmount: 5, tag: "trail" });
    if (bar !== 1) return;
    self.buy({ size: 1, tag: "market" });
    self.buy({ size: 1, execType: "Limit", price: 100, tag: "limit", validFor: "2h" });
    self.buy({ size: 1, execType: "Stop", price: 100, tag: "stop" });
    self.buy({ size: 1000, tag: "dear" });
  });
  const events = runOver(defineRun(strategy), barsOf([FLAT, EMPTY, EMPTY, EMPTY, [101, 101, 101, 101]]));
  expect(endsOf(events)).toEqual([
    "dear Margin",
    "limit Expired",
    ...["market 1@101", "market Completed", "stop 1@101", "stop Completed"],
  ]);
  expect(events.orders.find((row) => row.status === "Expired")!.time).toBe(START + 4 * HOUR - 1);
});

test("validity ends by the cycles' clock, whatever the order's own feed does", () => {
  const strategy = acting(
    (self, bar) => {
      const slow = self.feeds["slow"]!;
      if (bar === 1) self.buy({ feed: slow, size: 1, execType: "Limit", price: 99, valid: START + 3 * HOUR, tag: "a" });
    },
    ["slow"],
  );
  const fast = barsOf([FLAT, FLAT, FLAT, FLAT, FLAT, FLAT]);
  const slow = barsOf([FLAT, null, null, null, null, [90, 90, 90, 90]]);
  const events = runOver(defineRun(strategy), fast, slow);
  expect(events.orders.slice(-1).map(({ status, time }) => [status, time])).toEqual([
    ["Expired", START + 4 * HOUR - 1],
  ]);
});

test("DAY lives to the end of the UTC day, or of the next one if made with a day's last bar", () => {
  const strategy = acting((self, bar) => {
    if (bar === 22 || bar === 24) self.buy({ size: 1, execType: "Limit", price: 50, valid: "DAY", tag: `at ${bar}` });
  });
  const events = runOver(defineRun(strategy), barsOf(Array<Bar>(50).fill(FLAT)));
  const ended = events.orders.filter((row) => row.status === "Expired").map((row) => [row.tag, row.time]);
  expect(ended).toEqual([
    ["at 22", START + 25 * HOUR - 1],
    ["at 24", START + 49 * HOUR - 1],
  ]);
});

test("a Close order fills at the close of the day; what a filler leaves, at the closes of the bars after", () => {
  const strategy = acting((self, bar) => {
    if (bar === 1) self.buy({ size: 3, execType: "Close", tag: "a" });
  });
  const rows = Array.from({ length: 26 }, (_, i): Bar => [100, 200, 50, 100 + i]);
  const whole = runOver(defineRun(strategy), barsOf(rows));
  expect(whole.fills.map(({ time, price }) => [time, price])).toEqual([[START + 24 * HOUR - 1, 123]]);
  const missing = runOver(defineRun(strategy), barsOf(rows.map((row, i) => (i === 23 ? null : row))));
  expect(missing.fills.map(({ time, price }) => [time, price])).toEqual([[START + 25 * HOUR - 1, 122]]);
  const parts = runOver(defineRun(strategy, { filler: { type: "fixedSize", size: 1 } }), barsOf(rows));
  expect(parts.fills.map(({ price }) => price)).toEqual([123, 124, 125]);
});

test("an order is tested once against each bar of its own feed, and never against one before it", () => {
  const strategy = acting(
    (self, bar) => {
      const slow = self.feeds["slow"]!;
      if (bar === 2) self.buy({ feed: slow, size: 2, execType: "Limit", price: 120, tag: "a" });
    },
    ["slow"],
  );
  const slow = barsOf([FLAT, null, null, [110, 110, 110, 110], null, [111, 111, 111, 111]]);
  const definition = defineRun(strategy, { filler: { type: "fixedSize", size: 1 } });
  const events = runOver(definition, barsOf(Array<Bar>(6).fill(FLAT)), slow);
  expect(events.fills.map(({ time, price }) => [time, price])).toEqual([
    [START + 4 * HOUR - 1, 110],
    [START + 6 * HOUR - 1, 111],
  ]);
});

test("limits round to the price step in the order's favour, stops away from the price", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    self.buy({ size: 1, execType: "Limit", price: 90.37 });
    self.sell({ size: 1, execType: "Limit", price: 110.37 });
    self.buy({ size: 1, execType: "Stop", price: 110.37 });
    self.sell({ size: 1, execType: "StopLimit", price: 90.37, priceLimit: 90.12 });
    self.sell({ size: 1, execType: "Limit", price: 110.25 });
  });
  const events = runOver(defineRun(strategy, { spec: { priceStep: 0.25 } }), barsOf([FLAT]));
  expect(events.orders.map((row) => [row.price, row.limitPrice])).toEqual([
    [90.25, undefined],
    [110.5, undefined],
    [110.5, undefined],
    [90.25, 90.25],
    [110.25, undefined],
  ]);
});

test("a bar without prices fills nothing", () => {
  const strategy = acting((self, bar) => {
    if (bar !== 1) return;
    self.buy({ size: 1, tag: "market" });
    self.buy({ size: 1, execType: "Limit", price: 200, tag: "limit" });
    self.buy({ size: 1, execType: "Stop", price: 50, tag: "stop" });
    self.buy({ size: 1, execType: "StopTrail", trailAmount: 1, tag: "trail" });
  });
  const nothing: Bar = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  const events = runOver(defineRun(strategy), barsOf([FLAT, nothing, [100, 100.5, 100, 100.5], [101, 101, 101, 101]]));
  const third = START + 3 * HOUR - 1;
  expect(events.fills.map(({ time }) => time)).toEqual([third, third, third, third + HOUR]);
});
