import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CheckResult, check } from "#shared/app/check.ts";
import type { RunPlan } from "#shared/app/run-plan.ts";
import { randomWalk } from "#shared/engine/random-walk.ts";
import { CheckThreads } from "./check-threads.ts";

const START = Date.UTC(2024, 0, 1);
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

const IMPORTS = `import { Indicator } from "#shared/engine/indicators/indicator.ts";
import { SMA } from "#shared/engine/indicators/sma.ts";
import { Strategy } from "#shared/engine/strategy.ts";
`;

/** Strategies that are not honest, each in its own way. */
const CHEATERS: Readonly<Record<string, string>> = {
  // An indicator runs ahead of the strategy, a block of bars at a time: what it leaves in the module is the future.
  "peeks-by-closure": `${IMPORTS}
const closes: number[] = [];
class Spy extends Indicator {
  readonly source;
  constructor(source) { super([source], 1); this.source = source; }
  override step() { closes.push(this.source.now); return this.source.now; }
}
export class PeeksByClosure extends Strategy({}) {
  readonly spy = new Spy(this.data.close);
  override next() {
    const future = closes[this.data.bars] ?? 0;
    if (this.position.size === 0 && future > this.data.close.now) this.orderTargetPercent(0.5);
    else if (this.position.size > 0 && future < this.data.close.now) this.close();
  }
}`,
  "keeps-module-state": `${IMPORTS}
let count = 0;
export class KeepsModuleState extends Strategy({}) {
  override next() {
    if (++count % 50 !== 0) return;
    if (this.position.size === 0) this.orderTargetPercent(0.5);
    else this.close();
  }
}`,
  "tosses-coins": `${IMPORTS}
export class TossesCoins extends Strategy({}) {
  override next() {
    if (Math.random() < 0.9) return;
    if (this.position.size === 0) this.orderTargetPercent(0.5);
    else this.close();
  }
}`,
  "reads-the-clock": `${IMPORTS}
export class ReadsTheClock extends Strategy({}) {
  override next() {
    if (this.data.bars % 100 === 0) this.log(String(Date.now() > this.time));
  }
}`,
  "reads-other-clocks": `${IMPORTS}
import { readdirSync } from "node:fs";
const loaded = new Date();
export class ReadsOtherClocks extends Strategy({}) {
  override next() {
    if (this.data.bars !== 50) return;
    this.log(String(performance.now() + new Date(0).getTime() + loaded.getTime() + readdirSync("/").length * 0));
  }
}`,
};

let folder: string;
let rootsBefore: string | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-check-"));
  for (const [name, source] of Object.entries(CHEATERS)) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "strategy.ts"), source);
  }
  rootsBefore = process.env["MILLRACE_STRATEGIES"];
  process.env["MILLRACE_STRATEGIES"] = folder;
});
afterAll(async () => {
  if (rootsBefore === undefined) delete process.env["MILLRACE_STRATEGIES"];
  else process.env["MILLRACE_STRATEGIES"] = rootsBefore;
  await rm(folder, { recursive: true });
});

async function checkOf(strategy: string, names: readonly string[] = ["data"]): Promise<CheckResult> {
  const timeframes = ["1h", "1d"] as const;
  const plan: RunPlan = {
    strategy,
    params: {},
    feeds: names.map((name, i) => ({ feed: { name, instrument, timeframe: timeframes[i]! }, spec })),
    broker: { cash: 10_000, fee: null, allowShort: false },
    choice: "best",
    warmFrom: 0,
    tradeFrom: START + 86_400_000,
    end: null,
  };
  const columns = names.map((_, i) =>
    randomWalk({ timeframe: timeframes[i]!, start: START, count: i === 0 ? 2_400 : 100, seed: 9 + i, empty: 0.02 }),
  );
  return check(new CheckThreads(2), plan, columns, 1, () => {});
}

/** Trials that found something. */
function red({ findings }: CheckResult): Readonly<Record<string, string>> {
  return Object.fromEntries(
    findings.filter(({ faults }) => faults.length > 0).map(({ trial, faults }) => [trial, faults.join(" ")]),
  );
}

test.each([["sma-cross"], ["rsi-reversion"], ["trend-filter"]])("%s is honest", async (strategy) => {
  const result = await checkOf(strategy, strategy === "trend-filter" ? ["data", "slow"] : ["data"]);
  expect(red(result)).toEqual({});
  expect(result.samples).toHaveLength(20);
  expect(result.findings.map(({ trial, runs }) => [trial, runs])).toEqual([
    ["truncated", 20],
    ["poisoned", 40],
    ["restored", 21],
    ["sources", 1],
  ]);
});

test("a strategy that reads ahead through a closure sees the future", async () => {
  const found = red(await checkOf("peeks-by-closure"));
  expect(Object.keys(found)).toEqual(expect.arrayContaining(["truncated", "poisoned"]));
  expect(found["truncated"]).toMatch(
    /^It sees the future: at the bar that closes at 2024-\S+Z (order \d+ on feed data \(Market -?[\d.]+\) is Submitted|nothing of the kind), and then .* with no data after it\.$/,
  );
});

test("a strategy that keeps state in its module loses it in a restart", async () => {
  const found = red(await checkOf("keeps-module-state"));
  expect(Object.keys(found)).toEqual(["restored"]);
  expect(found["restored"]).toMatch(
    /^It keeps something outside 'state', which a restart loses: at the bar that closes at \S+Z .*order \d+ on feed data.* after a restart at 2024-\S+Z\.$/,
  );
});

test("a strategy that tosses coins is told by name, and differs", async () => {
  const found = red(await checkOf("tosses-coins"));
  expect(found["sources"]).toMatch(
    /^It uses Math\.random \(2,?376 times\), which is not the same in every run\. With another clock/,
  );
});

test("a strategy that reads a clock is told by name, even where it changes only a log", async () => {
  const one = await checkOf("reads-the-clock");
  expect(red(one)["sources"]).toMatch(/It uses Date\.now \(\d+ times\)/);
  const other = await checkOf("reads-other-clocks");
  const others = red(other)["sources"];
  expect(others).toMatch(/It uses new Date\(\) \(1 time\)/);
  expect(others).toMatch(/It uses performance\.now \(1 time\)/);
  expect(others).toMatch(/It uses the module node:fs \(1 time\)/);
  // Neither ordered anything, so that the seed alone decided which bars were tried.
  expect(other.samples).toEqual(one.samples);
});
