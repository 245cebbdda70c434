import { expect, test } from "vitest";
import { type Acting, acting, type Bar, barsOf, defineRun, runOver } from "#shared/testkit/acting-run.ts";

const FLAT: Bar = [100, 100, 100, 100];

/** What a run says whose strategy does this on its first bar. */
function failure(act: (strategy: Acting) => unknown): string {
  try {
    runOver(defineRun(acting(act)), barsOf([FLAT, FLAT]));
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

test("orders that make no sense fail the run and say what to do", () => {
  // Callers without types can ask for anything.
  const buy = (request: object) => failure((self) => self.buy(request as never));
  expect(buy({})).toContain("an order has no size, and the run no sizer");
  expect(buy({ size: 1, quote: 5 })).toContain("an order has several sizes");
  expect(buy({ size: -1 })).toContain("an order's size is -1: give a number from 0 on, and sell()");
  expect(buy({ size: Number.NaN })).toContain("an order's size is NaN");
  expect(buy({ size: "2" })).toContain("an order's size is 2");
  expect(buy({ size: 1, price: Number.NaN })).toContain("price of a Market order is NaN: give a number above 0");
  expect(buy({ size: 1, execType: "Limit" })).toContain("a Limit order has no price");
  expect(buy({ size: 1, execType: "Limit", price: 0 })).toContain("price of a Limit order is 0");
  expect(buy({ size: 1, execType: "StopLimit", price: 1 })).toContain("a StopLimit order has no priceLimit");
  expect(buy({ size: 1, execType: "StopTrail" })).toContain("trailAmount undefined and trailPercent undefined");
  expect(buy({ size: 1, execType: "StopTrail", trailPercent: 5 })).toContain("trailPercent 5: give one of");
  expect(buy({ size: 1, execType: "StopTrailLimit", trailAmount: 1 })).toContain("has no priceLimit");
  expect(buy({ size: 1, execType: "Iceberg" })).toContain("execType of an order is 'Iceberg': use one of Market,");
  expect(buy({ size: 1, valid: 2 })).toContain("an order is valid until 2: give a time in ms UTC");
  expect(buy({ size: 1, validFor: "2 hours" })).toContain("validFor of an order is '2 hours'");
  expect(buy({ size: 1, valid: "DAY", validFor: "1h" })).toContain("both valid and validFor");
  expect(buy({ size: 1, tradeId: 0.5 })).toContain("tradeId of an order is 0.5");
  expect(buy({ size: 1, feed: undefined })).toContain(
    "an order is for 'undefined', which is no feed: this run has data",
  );
  expect(buy({ size: 1, feed: "data" })).toContain("which is no feed");
  expect(failure((self) => self.buyBracket({ size: 1, price: 90, limitPrice: 99 }))).toContain(
    "a Stop order has no price",
  );
  expect(failure((self) => self.orderTargetValue(Number.NaN))).toContain("orderTargetValue(NaN): give a finite number");
});

test("a size that rounds to zero is rejected, not forgotten", () => {
  const events = runOver(defineRun(acting((self, bar) => bar === 1 && self.buy({ size: 0.4 }))), barsOf([FLAT, FLAT]));
  expect(events.orders.map(({ status, note }) => [status, note])).toEqual([
    ["Rejected", "rounds to 0 at the amount step of 1 BTC"],
  ]);
});

const many = (self: Acting, count: number, transmit = true): void => {
  for (let i = 0; i < count; i++) self.buy({ size: 1, execType: "Limit", price: 1, transmit });
};

test("a thousand orders a bar are taken, one more is a mistake", () => {
  expect(failure((self) => many(self, 1_000))).toBe("");
  expect(failure((self) => many(self, 1_001))).toContain("more than 1000 orders were made on one bar");
  expect(failure((self) => many(self, 10_000))).toContain("more than 1000 orders were made on one bar");
});

test("ten thousand orders may wait, sent or not, one more is a mistake", () => {
  const run = (act: (self: Acting, bar: number) => void) =>
    runOver(defineRun(acting(act), { cash: 1e6 }), barsOf(new Array<Bar>(11).fill(FLAT)));
  const thousands = (self: Acting, bar: number): void => {
    if (bar <= 10) many(self, 1_000, bar > 1);
  };
  expect(run(thousands).orders.filter(({ status }) => status === "Accepted")).toHaveLength(9_000);
  expect(() =>
    run((self, bar) => {
      thousands(self, bar);
      if (bar === 11) many(self, 1);
    }),
  ).toThrow("more than 10000 orders wait at once: cancel old ones");
});

test("a position of more steps than can be counted is rejected, however it would come about", () => {
  const cheap: Bar = [1e-5, 1e-5, 1e-5, 1e-5, 1e12];
  const run = (act: (self: Acting, bar: number) => void) =>
    runOver(defineRun(acting(act), { spec: { amountStep: 1e-8 } }), barsOf([cheap, cheap, cheap, cheap]));
  const refused = (act: (self: Acting, bar: number) => void) =>
    run(act).orders.flatMap(({ order, status, note }) => (status === "Rejected" ? [[order, note]] : []));
  const note =
    "is too large to be counted exactly in steps of 1e-8 BTC, of which a position holds 2251799813685248 at most: " +
    "order less, or give the instrument a greater amountStep";
  // At once, with what is held, with what is ordered on the same bar, and with what filled since it was accepted.
  const huge = run((self, bar) => bar === 1 && self.buy({ size: 9e8 }));
  expect(huge.orders.map((row) => [row.status, row.note])).toEqual([["Rejected", note]]);
  expect(refused((self, bar) => bar <= 2 && self.sell({ size: 2e7 }))).toEqual([[2, note]]);
  expect(
    refused((self, bar) => {
      for (let i = 0; i < 2 && bar === 1; i++) self.buy({ size: 2e7 });
    }),
  ).toEqual([[2, note]]);
  const late = (self: Acting, bar: number): void => {
    if (bar === 1) self.buy({ size: 2e7, execType: "Limit", price: 1e-6 });
    if (bar === 2) self.buy({ size: 2e7, execType: "Limit", price: 2e-6 });
  };
  const falling = barsOf([cheap, cheap, cheap, [1e-6, 1e-6, 1e-6, 1e-6, 1e12]]);
  const events = runOver(defineRun(acting(late), { spec: { amountStep: 1e-8 } }), falling);
  expect(events.orders.filter(({ status }) => status === "Rejected").map((row) => [row.order, row.note])).toEqual([
    [2, note],
  ]);
  expect(events.cycles.position[0]!.at(-1)).toBe(2e7);
});
