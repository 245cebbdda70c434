import { expect, test } from "vitest";
import { randomWalk } from "../engine/random-walk.ts";
import { Strategy } from "../engine/strategy.ts";
import { parseFeed } from "../market/instrument.ts";
import { specOf } from "../market/instrument-specs.ts";
import { costBand } from "./cost-band.ts";
import { RunMemory, runOnColumns } from "./run-on-columns.ts";
import type { RunCode, RunPlan } from "./run-plan.ts";

const START = Date.UTC(2023, 0, 1);

/** Buys and sells by turns: with limits that rest in the book, and at the market. */
class Turns extends Strategy({}) {
  override next(): void {
    const close = this.data.close.now;
    if (this.data.bars % 10 === 1) this.buy({ size: 1, execType: "Limit", price: close * 0.999, validFor: "4h" });
    else if (this.data.bars % 10 === 6 && this.position.size > 0) this.close();
  }
}

const code: RunCode = {
  strategy: { name: "turns", strategy: Turns, parameters: Turns.parameters, bundleHash: "b" },
  engineHash: "e",
};
const columns = [randomWalk({ timeframe: "1h", start: START, count: 600, seed: 3 })];

function planOf(broker: Partial<RunPlan["broker"]>): RunPlan {
  const feed = parseFeed("kraken:BTC/USD@1h");
  return {
    strategy: "turns",
    params: {},
    feeds: [{ feed, spec: specOf(feed.instrument, START) }],
    broker: { cash: 1_000_000, fee: null, allowShort: false, ...broker },
    choice: "best",
    warmFrom: 0,
    tradeFrom: 0,
    end: null,
  };
}

const run = (plan: RunPlan) => runOnColumns(plan, code, columns, new RunMemory(), () => {});

test("a run without a fee of its own pays the maker's and the taker's fee of its instrument", () => {
  const { fills } = run(planOf({})).events;
  expect(fills.filter(({ maker }) => maker === true).length).toBeGreaterThan(10);
  for (const { maker, fee, size, price } of fills) {
    expect(fee / (Math.abs(size) * price)).toBeCloseTo(maker === true ? 0.0016 : 0.0026, 12);
  }
  for (const { fee, size, price } of run(planOf({ fee: 0.003 })).events.fills) {
    expect(fee / (Math.abs(size) * price)).toBeCloseTo(0.003, 12);
  }
});

test.each([[null], [0.003]])("with fee %s the row of the costs as run is the run itself", (fee) => {
  const plan = planOf({ fee });
  const own = run(plan).figures!;
  const rows = costBand(plan, code, columns)!;
  const { fees, finalValue } = own;
  expect(fees).toBeGreaterThan(0);
  expect(rows.find(({ label }) => label === "as run")).toMatchObject({ finalValue, fee: fee ?? 0.0026 });
  expect(rows.find(({ label }) => label === "no costs")!.finalValue).toBeCloseTo(finalValue + fees, 4);
});

test("a percentage as commission is what buy & hold pays, too", () => {
  const { buyAndHold } = run(planOf({ fee: 0.003 })).figures!;
  const commission = { type: "percent", rate: 0.003 } as const;
  expect(run(planOf({ commission })).figures!.buyAndHold).toEqual(buyAndHold);
  expect(costBand(planOf({ commission }), code, columns)).toBeNull();
});
