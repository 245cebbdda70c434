import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RankedSet } from "#shared/app/sweep-ranking.ts";
import type { WalkForward } from "#shared/app/walk-forward.ts";
import { expectFault } from "../expect-fault.ts";
import { BTC, CommandFolder, makeTrades, writeTrades } from "../test-command.ts";

const H1 = `${BTC}@1h`;
const M5 = `${BTC}@5m`;
const USAGE = 2;
const NO_DATA = 4;
const BAD_DATA = 5;
const RUN_FAILED = 9;

const MOODY = `import { choice } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";
export class Moody extends Strategy({ mood: choice("well", ["well", "throws", "flips"]) }) {
  override next() {
    if (this.params.mood === "throws") throw new Error("no mood, and a \\"quote\\"");
    if (this.params.mood === "flips" && Math.random() > 2) this.close();
  }
}
`;

let folder: CommandFolder;
beforeAll(async () => {
  folder = await CommandFolder.create();
  await folder.output(["import", BTC, await writeTrades(folder.file("trades.csv"), makeTrades(400, 45))]);
  await mkdir(folder.file("more/moody"), { recursive: true });
  await folder.write("more/moody/strategy.ts", MOODY);
  process.env["MILLRACE_STRATEGIES"] = folder.file("more");
});
afterAll(async () => {
  delete process.env["MILLRACE_STRATEGIES"];
  await folder[Symbol.asyncDispose]();
});

function linesOf<Line>(text: string): Line[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

type Told = Omit<RankedSet, "set" | "value"> & { readonly params: Record<string, number>; readonly objective: number };

describe("sweep", () => {
  const words = ["sweep", "sma-cross", M5, "--param", "fast=5:20:5", "--param", "slow=10:40:10", "--jobs", "2"];

  test("ranks all valid sets, each equal to its backtest, and a repeat is known", async () => {
    const sets = linesOf<Told>(await folder.output([...words, "--json"]));
    expect(sets).toHaveLength(12);
    const values = sets.map(({ objective }) => objective);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    const { params, run, resultHash, figures } = sets[3]!;
    expectFault(await folder.run(["report", run]), NO_DATA, "is a set of a sweep", "npx millrace backtest sma-cross");
    const one = JSON.parse(
      await folder.output([
        "backtest",
        "sma-cross",
        M5,
        "--param",
        `fast=${params["fast"]}`,
        "--param",
        `slow=${params["slow"]}`,
        "--json",
      ]),
    ) as { run: string; resultHash: string; figures: Record<string, unknown> };
    const { monthly: _, ...kept } = one.figures;
    expect({ run, resultHash, figures }).toEqual({ run: one.run, resultHash: one.resultHash, figures: kept });
    const table = await folder.run([...words, "--top", "3"]);
    expect(table.stdout).toMatch(
      /^sma-cross: 12 sets by sharpe, 12 of them held already, 0 failed, .* s\n4 more left out, as .* valid\(\) says no\n\n/,
    );
    expect(table.stdout.match(/sharpe/gi)).toHaveLength(2);
    const alone = await folder.output([...words.slice(0, 3), "--param", "fast=5", "--maximize", "totalReturn"]);
    expect(alone).toMatch(/^sma-cross: 1 set by totalReturn, .* s\n\n/);
    expect(alone).not.toMatch(/ return /);
    expect(table.stdout).toContain(sets[0]!.run);
    expect(table.stdout).not.toContain(sets[3]!.run);
    expect(table.stderr).toMatch(/12 sets were tried.*Deflated Sharpe ratio \d\.\d+/);
  });

  test("writes CSV, and a heat map in a page that needs nothing", async () => {
    const csv = await folder.output([...words, "--maximize", "maxDrawdown", "--csv", "--report", "sweep.html"]);
    const [head, ...rows] = csv.trim().split("\n");
    expect(head).toMatch(/^fast,slow,objective,finalValue,totalReturn,/);
    expect(rows).toHaveLength(12);
    const drawdowns = rows.map((row) => Number(row.split(",")[2]));
    expect(drawdowns).toEqual([...drawdowns].sort((a, b) => a - b));
    const page = await readFile(folder.file("sweep.html"), "utf8");
    expect(page).toContain("<h1>sma-cross</h1>");
    expect(page).not.toMatch(/<script|https?:/);
    expect(page.match(/<td title="fast \d+, slow \d+: maxDrawdown/g)).toHaveLength(12);
    expect(page.match(/outline:2px/g)!.length).toBeGreaterThan(0);
    expect(page).toContain("12 sets were tried");
  });

  test("tells where no set has the figure to rank by", async () => {
    const short = [...words, "--from", "2024-07-02", "--to", "2024-07-20"];
    for (const form of [[], ["--json"], ["--csv"], ["--report", "none.html"]]) {
      expectFault(await folder.run([...short, ...form]), NO_DATA, "no set has a sharpe", "--maximize totalReturn");
    }
    expect(existsSync(folder.file("none.html"))).toBe(false);
  });

  test("tells of failed sets, and goes on with the others", async () => {
    const { code, stdout } = await folder.run([
      "sweep",
      "moody",
      H1,
      "--param",
      "mood=throws,well",
      "--maximize",
      "totalReturn",
    ]);
    expect(code).toBe(RUN_FAILED);
    expect(stdout).toMatch(/moody: 2 sets by totalReturn, 0 of them held already, 1 failed/);
    expect(stdout).toMatch(/failed: mood=throws: Moody.next failed at .*no mood, and a "quote"/);
    const { stdout: csv } = await folder.run([
      "sweep",
      "moody",
      H1,
      "--param",
      "mood=throws,well",
      "--maximize",
      "cagr",
      "--csv",
    ]);
    expect(csv).toMatch(/\nthrows,.*,"Moody.next failed at .*no mood, and a ""quote"""\n$/);
  });

  test("walks forward", async () => {
    const walk = [
      "sweep",
      "sma-cross",
      H1,
      "--param",
      "fast=3:9:3",
      "--param",
      "slow=12,24",
      "--train",
      "20d",
      "--test",
      "240h",
    ];
    const table = await folder.output([...walk, "--maximize", "totalReturn"]);
    expect(table).toMatch(/^sma-cross: 2 windows by totalReturn/);
    expect(table).toMatch(/in sample, mean of the windows: .*\nout of sample, one account: /);
    const walked = JSON.parse(await folder.output([...walk, "--maximize", "totalReturn", "--json"])) as WalkForward;
    expect(walked.windows).toHaveLength(2);
    expect(walked.windows[1]!.trainFrom - walked.windows[0]!.trainFrom).toBe(240 * 3_600_000);
    expectFault(
      await folder.run([...walk.slice(0, -4), "--train", "40d", "--test", "10d"]),
      USAGE,
      "needs 50 days",
      "shorten --train",
    );
  });
});

describe("check and --require", () => {
  test("an example is honest, a cheater is not", async () => {
    const honest = await folder.run(["check", "sma-cross", H1]);
    const cheater = await folder.run(["check", "moody", H1, "--param", "mood=flips", "--json"]);
    expect(honest.code).toBe(0);
    expect(honest.stdout.match(/^ok /gm)).toHaveLength(4);
    expect(honest.stdout).toContain("Nothing was found");
    expect(cheater.code).toBe(RUN_FAILED);
    expect(cheater.stdout).toContain("It uses Math.random");
  });

  test("a run on candles that are not proven is refused where proof is required", async () => {
    const whole = ["--from", "2024-07-02", "--to", "2024-07-20", "--require", "proven"];
    expect((await folder.run(["backtest", "sma-cross", H1, ...whole])).code).toBe(0);
    await folder.write(
      "candles.csv",
      "open_time,open,high,low,close,volume\n1719792000000,1,2,1,2,5\n1719795600000,2,2,1,2,5\n",
    );
    await folder.output(["import", "binance:ETH/USDT@1h", "candles.csv"]);
    for (const command of ["backtest", "check", "sweep"]) {
      expectFault(
        await folder.run([command, "sma-cross", "binance:ETH/USDT@1h", "--require", "proven"]),
        BAD_DATA,
        "binance:ETH/USDT@1h is not proven: the candle of 2024-07-01T00:00:00.000Z",
        "leave --require away",
      );
    }
    expectFault(await folder.run(["backtest", "sma-cross", H1, "--require", "gold"]), USAGE, "--require is 'gold'");
  });
});

test.each([
  ["--param fast=5:50:0", "never ends"],
  ["--param fast=50:5:5", "begins at 50, after its end 5"],
  ["--param quick=1", "no parameter 'quick'"],
  ["--param fast=2:200:1 --param slow=3:500:1 --param percent=0.01:1:0.01", "sets (fast 199 × slow 498 × percent 100)"],
  ["--param fast=100 --param slow=50", "none of the 1 sets is valid"],
  ["--maximize luck", "objective 'luck' is not known: use one of sharpe"],
  ["--jobs 0", "--jobs is '0': give a whole number from 1 to 256"],
  ["--jobs 1.5", "--jobs is '1.5'"],
  ["--train 90d", "--train needs --test"],
  ["--train 90 --test 30d", "--train is '90'", "such as 90d or 12h"],
  ["--train 0d --test 30d", "--train is '0d'"],
  ["--train 30d --test 10d --csv", "leave --csv and --report away"],
])("sweep refuses %s", async (words, ...said) => {
  expectFault(await folder.run(["sweep", "sma-cross", H1, ...words.split(" ")]), USAGE, ...said);
});

describe("new-strategy", () => {
  test("writes a strategy that runs and is honest, and overwrites nothing", async () => {
    const made = await folder.output(["new-strategy", "my-idea-2", "--dir", "more"]);
    expect(
      made
        .trim()
        .split("\n")
        .map((line) => line.slice(folder.path.length)),
    ).toEqual([
      expect.stringMatching(/\/more\/my-idea-2\/strategy\.ts$/),
      expect.stringMatching(/\/more\/my-idea-2\/strategy\.test\.ts$/),
    ]);
    expect(await folder.output(["backtest", "my-idea-2", H1, "--param", "period=20"])).toMatch(/my-idea-2 on /);
    expect((await folder.run(["check", "my-idea-2", H1, "--param", "period=20"])).code).toBe(0);
    expectFault(
      await folder.run(["new-strategy", "my-idea-2", "--dir", "more"]),
      7,
      "my-idea-2 exists, and is left as it is",
    );
    expectFault(await folder.run(["new-strategy", "sma-cross", "--dir", "more"]), 7, "sma-cross exists");
  });

  test.each(["MyIdea", "my_idea", "-idea", "my--idea", "../idea", "1idea", "a".repeat(61)])(
    "refuses the name %s",
    async (name) => {
      expectFault(await folder.run(["new-strategy", "--", name]), USAGE, "cannot name a strategy", "such as my-idea");
    },
  );
});
