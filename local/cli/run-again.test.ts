import { expect, test } from "vitest";
import { expectFault } from "./expect-fault.ts";
import { BTC, CommandFolder, makeTrades, writeTrades } from "./test-command.ts";

test("of a set of a sweep it is said how to keep more than figures, and that backtest is the same run", async () => {
  await using folder = await CommandFolder.create();
  await folder.output(["import", BTC, await writeTrades(folder.file("trades.csv"), makeTrades(8_000, 0.3))]);
  const costs = ["--cash", "5000", "--fee", "0.0005", "--slippage", "0.0002", "--from", "2024-06-30T21:00Z"];
  const words = ["sweep", "sma-cross", `${BTC}@1m`, "--param", "fast=3,5", "--param", "slow=20"];
  const sweep = await folder.output([...words, ...costs, "--maximize", "totalReturn", "--json"]);
  const { run } = JSON.parse(sweep.split("\n")[0]!) as { readonly run: string };

  await folder.write("own.json", '{"cheatOnClose": true}');
  const other = await folder.output([...words, "--broker", "own.json", "--maximize", "totalReturn", "--json"]);
  const { run: odd } = JSON.parse(other.split("\n")[0]!) as { readonly run: string };
  const told = await folder.output(["runs", "show", odd]);
  await folder.write("broker.json", /^with broker\.json: (.*)$/m.exec(told)![1]!);
  expect(await folder.output(/^npx millrace (backtest .*)$/m.exec(told)![1]!.split(" "))).toContain(`run ${odd},`);

  const merged = ["sweep", "trend-filter", `${BTC}@1m`, `slow=${BTC}@15m`, "--resample", "slow=data"];
  const [made] = (await folder.output([...merged, "--maximize", "totalReturn", "--json"])).split("\n");
  const { run: third } = JSON.parse(made!) as { readonly run: string };
  const typed = /^npx millrace (backtest .*)$/m.exec(await folder.output(["runs", "show", third]))![1]!;
  expect(await folder.output(typed.split(" "))).toContain(`run ${third},`);

  const absent = await folder.run(["runs", "show", "nonsense"]);
  expect(absent.stderr).toContain(`no run 'nonsense': the latest are ${third}, ${odd}\n`);
  const store = ["--store", "store.duckdb"];
  const shown = await folder.output(["runs", "show", run, ...store]);
  expect(shown).toContain("the figures alone are kept");
  expect(shown).not.toContain("0 fills");
  const again = /^npx millrace (backtest .*)$/m.exec(shown)![1]!;
  expect(again).toMatch(/ --store store\.duckdb$/);

  const backtest = await folder.output(again.split(" "));
  expect(backtest).toContain(`run ${run},`);
  expect(backtest).toContain(`more: npx millrace runs show ${run} --store store.duckdb\n`);
  expect(await folder.output(["runs", "show", run])).toMatch(/\d+ fills/);
  const wrong = await folder.run(["runs", "show", "nonsense"]);
  expect(wrong.stderr).toContain(`the latest are ${third}, ${odd}, ${run}\n`);
}, 60_000);

test("a run that cannot decide, or may not, is told of", async () => {
  await using folder = await CommandFolder.create();
  await folder.output(["import", BTC, await writeTrades(folder.file("trades.csv"), makeTrades(8_000, 0.3))]);
  const backtest = (...words: string[]) => folder.run(["backtest", "sma-cross", ...words]);
  const few = await backtest(`${BTC}@15m`);
  expect(few.stderr).toBe(
    `the strategy never got to decide: its indicators need 31 bars of ${BTC}@15m, and there are 29\n`,
  );
  expect((await backtest(`${BTC}@1m`, "--json")).stderr).toBe("");
  const late = await backtest(`${BTC}@1m`, "--warm-from", "2024-06-30", "--from", "2024-07-02");
  expect(late.stderr).toMatch(/^no bar to trade on: trading starts at 2024-07-02T00:00:00\.000Z/);
  expectFault(
    await backtest(`${BTC}@1m`, "--param", "fast=50", "--param", "slow=20"),
    2,
    "strategy SmaCross cannot run with fast=50 slow=20",
    "valid()",
  );
}, 60_000);

test("where proof is required the time from which on there is proof is named, and it holds", async () => {
  await using folder = await CommandFolder.create();
  const path = await writeTrades(folder.file("trades.csv"), makeTrades(8_000, 0.3));
  const imported = await folder.run(["import", `${BTC}@1h`, path]);
  expect(imported.stderr).toContain("@1h was of no use");
  const words = ["backtest", "sma-cross", `${BTC}@1m`, "--require", "proven", "--to", "2024-07-01T03:00Z"];
  const refused = await folder.run(words);
  expectFault(refused, 5, "it alone of 420", "start after it, with --from 2024-06-30T20:01:00.000Z");
  const from = /--from (\S+):/.exec(refused.stderr)![1]!;
  expect((await folder.run([...words, "--from", from])).code).toBe(0);
}, 60_000);
