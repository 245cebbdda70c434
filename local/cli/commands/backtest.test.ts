import { mkdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describePlan, parsePlan, type RunCode } from "#shared/app/run-plan.ts";
import { Strategy } from "#shared/engine/strategy.ts";
import { parseArguments } from "../command.ts";
import { expectFault } from "../expect-fault.ts";
import { BTC, CommandFolder, makeTrades, writeTrades } from "../test-command.ts";
import { backtestCommand, planWithoutParams } from "./backtest.ts";

const M5 = `${BTC}@5m`;
const H1 = `${BTC}@1h`;
const USAGE = 2;
const RUN_FAILED = 9;

let folder: CommandFolder;
beforeAll(async () => {
  folder = await CommandFolder.create();
  await folder.output(["import", BTC, await writeTrades(folder.file("trades.csv"), makeTrades(3_000, 12))]);
});
afterAll(() => folder[Symbol.asyncDispose]());

/** What `--json` says of a run. */
interface Told {
  readonly run: string;
  readonly identity: string;
  readonly resultHash: string;
  readonly definition: { readonly broker: object; readonly feeds: readonly object[] };
  readonly counts: { readonly cycles: number; readonly trades: number };
  readonly finalValue: number;
}

async function told(words: readonly string[]): Promise<Told> {
  return JSON.parse(await folder.output([...words, "--json"])) as Told;
}

function planOf(words: readonly string[]) {
  return planWithoutParams(parseArguments(backtestCommand, words));
}

class Two extends Strategy({}, ["slow"]) {}
const CODE: RunCode = {
  strategy: { name: "two", strategy: Two, parameters: Two.parameters, bundleHash: "b" },
  engineHash: "e",
};

describe("a feed that is made from another", () => {
  const words = ["trend-filter", M5, `slow=${H1}`];

  test("is part of the plan and of its identity, and absent where it was not asked for", () => {
    const plan = planOf([...words, "--resample", "slow=data"]);
    expect(plan.feeds.map(({ resampleOf }) => resampleOf)).toEqual([undefined, "data"]);
    const text = describePlan(plan, CODE, null);
    expect(parsePlan(text)).toEqual(plan);
    const without = describePlan(planOf(words), CODE, null);
    expect(without).not.toContain("resample");
    expect(text).not.toBe(without);
  });

  test.each([
    ["data=slow", "names no further feed of the run: use one of slow"],
    ["fast=data", "names no further feed of the run: use one of slow"],
    ["slow=slow", "names no feed with candles of its own to make slow from: use one of data"],
    ["slow=fast", "use one of data"],
    ["slow", "write the names of two feeds, such as slow=data"],
    ["slow=data=x", "write the names of two feeds"],
  ])("cannot be asked for as %s", (text, said) => {
    expect(() => planOf([...words, "--resample", text])).toThrow(said);
  });

  test("gives what the stored candles give, in backtest, report, sweep and check", async () => {
    const stored = await told(["backtest", ...words]);
    const made = await told(["backtest", ...words, "--resample", "slow=data", "--report", "made.html"]);
    expect(made.counts.trades).toBeGreaterThan(3);
    expect(made.resultHash).toBe(stored.resultHash);
    expect(made.identity).not.toBe(stored.identity);
    expect(await readFile(folder.file("made.html"), "utf8")).toContain("<html");
    const resampled = [...words, "--resample", "slow=data"];
    const shown = await folder.output(["backtest", ...resampled]);
    const swept = await folder.output([
      "sweep",
      ...resampled,
      "--param",
      "fast=12,13",
      "--maximize",
      "totalReturn",
      "--json",
    ]);
    const checked = await folder.run(["check", ...resampled]);
    expect(shown).toContain(`data: ${H1} is made from the bars of feed data`);
    expect(swept).toContain(made.resultHash);
    expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing was found") as string });
    const coarser = await folder.run(["backtest", "trend-filter", H1, `slow=${M5}`, "--resample", "slow=data"]);
    expectFault(coarser, USAGE, "5m");
  });
});

test("the broker's file decides what a run does, and is part of its identity", async () => {
  await folder.write("broker.json", '{"commission": {"type": "percent", "rate": 0.002, "leverage": 2}, "cash": 500}');
  const plain = await told(["backtest", "sma-cross", M5]);
  const filed = await told(["backtest", "sma-cross", M5, "--broker", "broker.json"]);
  expect(plain.definition.broker).toEqual({ cash: 10_000, fee: null, allowShort: false });
  expect(filed.definition.broker).toEqual({
    cash: 500,
    fee: null,
    allowShort: false,
    commission: { type: "percent", rate: 0.002, leverage: 2 },
  });
  expect(filed.identity).not.toBe(plain.identity);
  expect(filed.finalValue).toBeLessThan(500);
  expect(await folder.output(["backtest", "sma-cross", M5, "--broker", "broker.json"])).toContain(
    'commission {"type":"percent","rate":0.002,"leverage":2}',
  );
});

describe("analyzers", () => {
  const words = ["backtest", "sma-cross", M5];

  test("are told as a table, and as JSON with their options", async () => {
    const asked = ["--analyzer", "TradeAnalyzer", "--analyzer", 'TimeReturn:{"timeframe":"Days"}', "--analyzer", "SQN"];
    const told = JSON.parse(await folder.output([...words, ...asked, "--json"])) as {
      readonly counts: { readonly trades: number };
      readonly analyzers: readonly { readonly name: string; readonly options: object; readonly result: object }[];
    };
    expect(told.analyzers.map(({ name, options }) => ({ name, options }))).toEqual([
      { name: "TradeAnalyzer", options: {} },
      { name: "TimeReturn", options: { timeframe: "Days" } },
      { name: "SQN", options: {} },
    ]);
    expect(told.analyzers[0]!.result).toMatchObject({ total: { closed: told.counts.trades } });
    expect((told.analyzers[1]!.result as { readonly values: readonly number[] }).values.length).toBeGreaterThan(10);
    expect(told.analyzers[2]!.result).toMatchObject({ trades: told.counts.trades });
    const table = await folder.output([...words, ...asked]);
    expect(table).toMatch(new RegExp(`total\\.closed +${told.counts.trades}\n`));
    expect(table).toMatch(/… \d+ more, in --json/);
    expect(table).toMatch(/TimeReturn \{"timeframe":"Days"\} +values\[0\]/);
  });

  test.each([
    ["Sharpe", "there is no analyzer 'Sharpe': use one of AnnualReturn Calmar"],
    ["SQN:5", "write its options as a JSON object, such as SQN:"],
    ["SQN:{period}", "write its options as a JSON object"],
    ['SharpeRatio:{"riskfree":0}', "analyzer SharpeRatio has no option 'riskfree'"],
  ])("cannot be asked for as %s", async (text, said) => {
    expectFault(await folder.run([...words, "--analyzer", text]), USAGE, said);
  });
});

test("a strategy that never returns has failed after 10 s, and its report shows no more than that", async () => {
  await mkdir(folder.file("more/endless"), { recursive: true });
  await folder.write(
    "more/endless/strategy.ts",
    `import { Strategy } from "#shared/engine/strategy.ts";
export class Endless extends Strategy({}) {
  override next(): void {
    if (this.data.bars > 50) for (;;);
  }
}
`,
  );
  process.env["MILLRACE_STRATEGIES"] = folder.file("more");
  try {
    const ended = await folder.run(["backtest", "endless", M5, "--report", "endless.html"]);
    expect(ended.code).toBe(RUN_FAILED);
    expect(ended.stdout).toContain("failed: strategy endless: it showed no progress for 10 s and was ended");
    expect(await readFile(folder.file("endless.html"), "utf8")).toContain("showed no progress");
    expect(JSON.parse((await folder.output(["runs", "--json"])).split("\n")[0]!)).toMatchObject({
      strategy: "endless",
      status: "failed",
    });
  } finally {
    delete process.env["MILLRACE_STRATEGIES"];
  }
});
