import { expect, test } from "vitest";
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
  await folder.output(["runs", "show", odd]);

  const absent = await folder.run(["runs", "show", "nonsense"]);
  expect(absent.stderr).toContain(`no run 'nonsense': the latest are ${odd}\n`);
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
  expect(wrong.stderr).toContain(`the latest are ${odd}, ${run}\n`);
}, 60_000);
