import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FolderCatalog } from "#local/embedded/folder-catalog.ts";
import { MemoryRunRegistry } from "#shared/adapters/memory/run-registry.ts";
import { RunMemory, runOnColumns } from "#shared/app/run-on-columns.ts";
import { loadCode, type RunPlan } from "#shared/app/run-plan.ts";
import { planWith, type SweepGround, type SweptSet, sweep } from "#shared/app/sweep.ts";
import { parameterSets, parseAxes } from "#shared/app/sweep-grid.ts";
import type { SweepWorkers } from "#shared/app/sweep-job.ts";
import { walkForward, walkForwardWindows } from "#shared/app/walk-forward.ts";
import { randomWalk } from "#shared/engine/random-walk.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { SweepThreads } from "./sweep-threads.ts";

const START = Date.UTC(2024, 0, 1);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const spec = {
  base: "BTC",
  quote: "USDT",
  priceStep: 0.01,
  amountStep: 0.00001,
  minAmount: 0.00001,
  minNotional: 5,
  takerFee: 0.001,
  makerFee: 0.001,
  validFrom: 0,
};
const instrument = { exchange: "binance", symbol: "BTC/USDT" };

/** Ends, throws, never returns, or ends its thread, as its parameter says. */
const MOODY = `import { choice } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";
export class Moody extends Strategy({ mood: choice("well", ["well", "throws", "hangs", "exits"]) }) {
  override next(): void {
    if (this.data.bars < 100) return;
    if (this.params.mood === "throws") throw new Error("no mood for it");
    if (this.params.mood === "hangs") for (;;);
    if (this.params.mood === "exits") process.exit(7);
  }
}
`;

let folder: string;
let rootsBefore: string | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-sweep-"));
  await mkdir(join(folder, "moody"));
  await writeFile(join(folder, "moody", "strategy.ts"), MOODY);
  rootsBefore = process.env["MILLRACE_STRATEGIES"];
  process.env["MILLRACE_STRATEGIES"] = folder;
});
afterAll(async () => {
  if (rootsBefore === undefined) delete process.env["MILLRACE_STRATEGIES"];
  else process.env["MILLRACE_STRATEGIES"] = rootsBefore;
  await rm(folder, { recursive: true });
});

async function ground(strategy: string, days = 60): Promise<SweepGround> {
  const code = await loadCode(new FolderCatalog(process.env), strategy);
  const hours = randomWalk({ timeframe: "1h", start: START, count: days * 24, seed: 5, gaps: 0.01, empty: 0.02 });
  if (strategy !== "trend-filter") return { code, columns: [hours] };
  return { code, columns: [hours, randomWalk({ timeframe: "1d", start: START, count: days, seed: 6 })] };
}

function planOf(strategy: string): RunPlan {
  const feeds = [{ feed: { name: "data", instrument, timeframe: "1h" as const }, spec }];
  const slow = { feed: { name: "slow", instrument, timeframe: "1d" as const }, spec };
  return {
    strategy,
    params: {},
    feeds: strategy === "trend-filter" ? [...feeds, slow] : feeds,
    broker: { cash: 10_000, fee: null, allowShort: false },
    choice: "best",
    warmFrom: 0,
    tradeFrom: START + 5 * DAY,
    end: null,
  };
}

async function all(sets: AsyncIterable<SweptSet>): Promise<SweptSet[]> {
  const list: SweptSet[] = [];
  for await (const set of sets) list.push(set);
  return list.sort((a, b) => a.number - b.number);
}

/** Refuses to work: for sweeps that must not need to. */
const idle: SweepWorkers = {
  // biome-ignore lint/correctness/useYield: it must look like workers, and fail before the first outcome.
  async *run() {
    throw new Error("no job was expected");
  },
};

test.each([
  ["sma-cross", ["fast=4:20:4", "slow=10:40:10"]],
  ["trend-filter", ["fast=5,9", "trend=3:7:2"]],
  ["rsi-reversion", ["period=7,14", "low=20:40:10", "maxHold=24"]],
])("each set of %s equals its own backtest, to the last bit", async (strategy, texts) => {
  const on = await ground(strategy);
  const plan = planOf(strategy);
  const sets = parameterSets(on.code.strategy.strategy, parseAxes(strategy, on.code.strategy.parameters, texts));
  expect(sets.length).toBeGreaterThan(5);
  const plans = sets.map((set) => planWith(plan, set));
  const runs = new MemoryRunRegistry();
  const swept = await all(sweep({ runs, workers: new SweepThreads(2) }, on, plans, 1));
  expect(swept.map(({ number }) => number)).toEqual(sets.map((_, i) => i));
  for (const { number, record } of swept) {
    const single = runOnColumns(plans[number]!, on.code, on.columns, new RunMemory(), () => {});
    expect(record.status).toBe("finished");
    expect(record.resultHash).toBe(single.resultHash);
    expect(record.figures).toEqual(single.figures);
    expect(record.figures?.trades).toBeGreaterThan(0);
    expect(await runs.get(record.run)).toEqual(record);
  }
  expect(new Set(swept.map(({ record }) => record.resultHash)).size).toBeGreaterThan(3);
  // A repeat runs nothing.
  const again = await all(sweep({ runs, workers: idle }, on, plans, 2));
  expect(again.map(({ record }) => record)).toEqual(swept.map(({ record }) => record));
  expect(again.every(({ known }) => known)).toBe(true);
});

test("a sweep that was stopped goes on where it was", async () => {
  const on = await ground("sma-cross");
  const texts = ["fast=4:20:2", "slow=30:60:10"];
  const sets = parameterSets(on.code.strategy.strategy, parseAxes("sma-cross", on.code.strategy.parameters, texts));
  const plans = sets.map((set) => planWith(planOf("sma-cross"), set));
  const runs = new MemoryRunRegistry();
  let taken = 0;
  for await (const _ of sweep({ runs, workers: new SweepThreads(2) }, on, plans, 1)) if (++taken === 10) break;
  const held = await runs.list();
  expect(held.length).toBeGreaterThanOrEqual(10);
  expect(held.length).toBeLessThan(plans.length);
  const rest = await all(sweep({ runs, workers: new SweepThreads(2) }, on, plans, 2));
  expect(rest.filter(({ known }) => known)).toHaveLength(held.length);
  expect(rest).toHaveLength(plans.length);
  const fresh = await all(sweep({ runs: new MemoryRunRegistry(), workers: new SweepThreads(1) }, on, plans, 1));
  const results = (list: readonly SweptSet[]) => list.map(({ record }) => [record.run, record.resultHash]);
  expect(results(rest)).toEqual(results(fresh));
});

test("a set that throws, hangs or ends its thread has failed with the reason, and the others go on", async () => {
  const on = await ground("moody", 30);
  const plans = ["hangs", "throws", "exits", "well"].map((mood) => planWith(planOf("moody"), { mood }));
  const runs = new MemoryRunRegistry();
  const swept = await all(sweep({ runs, workers: new SweepThreads(1, 1_000) }, on, plans, 1));
  const told = ({ status, error }: RunRecord) => `${status}: ${error}`;
  expect(swept.map(({ record }) => told(record))).toEqual([
    expect.stringMatching(/^failed: it showed no progress for 1 s and was ended/),
    expect.stringMatching(/^failed: Moody.next failed at .*no mood for it$/),
    expect.stringMatching(/^failed: its thread ended with code 7/),
    "finished: null",
  ]);
  // What was lost with its thread may come out otherwise elsewhere, and is not held against a later sweep.
  expect((await runs.list()).map(told).sort()).toEqual([expect.stringMatching(/no mood for it/), "finished: null"]);
});

test("a strategy that was changed since it was loaded is refused", async () => {
  const on = await ground("moody", 30);
  const file = join(folder, "moody", "strategy.ts");
  await writeFile(file, MOODY.replace("100", "90"));
  try {
    const running = all(
      sweep({ runs: new MemoryRunRegistry(), workers: new SweepThreads(1) }, on, [planOf("moody")], 1),
    );
    await expect(running).rejects.toThrow(/moody was changed while the sweep began/);
  } finally {
    await writeFile(file, MOODY);
  }
});

test("a walk forward runs the best set of each training stretch on the next one, as one account", async () => {
  const on = await ground("sma-cross", 100);
  const plan = { ...planOf("sma-cross"), tradeFrom: 0 };
  const sets = parameterSets(
    on.code.strategy.strategy,
    parseAxes("sma-cross", on.code.strategy.parameters, ["fast=4:12:4", "slow=20,40"]),
  );
  const windows = walkForwardWindows(START, START + 100 * DAY, 40 * DAY, 20 * DAY);
  expect(windows.map(({ testFrom, testTo }) => [testFrom, testTo])).toEqual(
    [40, 60, 80].map((day) => [START + day * DAY, START + (day + 20) * DAY]),
  );
  const ports = { runs: new MemoryRunRegistry(), workers: new SweepThreads(2) };
  let done = 0;
  const request = { plan, sets, objective: "sharpe", windows } as const;
  const walked = await walkForward(ports, on, request, 1, (count) => {
    done = count;
  });
  expect(done).toBe(3 * sets.length);
  let cash = 10_000;
  for (const { trainFrom, testFrom, testTo, set, inSample, outOfSample } of walked.windows) {
    const run = (each: RunPlan) => runOnColumns(each, on.code, on.columns, new RunMemory(), () => {}).figures!;
    const trained = sets.map((each) =>
      run(planWith({ ...plan, warmFrom: trainFrom, tradeFrom: trainFrom, end: testFrom }, each)),
    );
    const best = Math.max(...trained.map(({ sharpe }) => sharpe!));
    expect(inSample!.sharpe).toBe(best);
    expect(set).toEqual(sets[trained.findIndex(({ sharpe }) => sharpe === best)]);
    const broker = { ...plan.broker, cash };
    const tested = run(planWith({ ...plan, broker, warmFrom: trainFrom, tradeFrom: testFrom, end: testTo }, set!));
    expect(outOfSample).toEqual(tested);
    cash = tested.finalValue;
  }
  expect(walked.outOfSample!.finalValue).toBe(cash);
  expect(walked.outOfSample!.startTime).toBeGreaterThanOrEqual(START + 40 * DAY);
  expect(walked.outOfSample!.trades).toBe(walked.windows.reduce((sum, each) => sum + each.outOfSample!.trades, 0));
});

test("windows that do not fit are refused with what there is", () => {
  expect(() => walkForwardWindows(START, START + 100 * DAY, 90 * DAY, 30 * DAY)).toThrow(
    /needs 120 days of candles, and there are 100 days/,
  );
});
