import { availableParallelism } from "node:os";
import { FolderCatalog } from "#local/embedded/folder-catalog.ts";
import { CheckThreads } from "#local/workers/check-threads.ts";
import { readFeeds } from "#shared/app/backtest.ts";
import { type CheckResult, check, type Finding, type Trial } from "#shared/app/check.ts";
import { requireProven } from "#shared/app/check-proven.ts";
import type { RunPlan } from "#shared/app/run-plan.ts";
import { feedKey } from "#shared/market/instrument.ts";
import type { Command } from "../command.ts";
import { RUN_FAILED } from "../exit-codes.ts";
import { writeLine } from "../output.ts";
import { Progress } from "../progress.ts";
import { STORE_OPTION } from "../store-place.ts";
import { formatNumber } from "../table.ts";
import { withPlatform } from "../with-platform.ts";
import { PLAN_OPTIONS, planOf, prepareFeeds, REQUIRE_OPTION, requiresProven } from "./backtest.ts";

const DEFAULT_SEED = 1;

/** What was tried, as people read it. */
const TRIALS: Readonly<Record<Trial, string>> = {
  truncated: "the data cut off after a bar",
  poisoned: "the future made NaN and huge",
  restored: "state restored in a fresh process",
  sources: "another clock, other randomness",
};

export const checkCommand: Command = {
  name: "check",
  usage: "<strategy> <exchange:BASE/QUOTE@timeframe> [name=feed …]",
  summary: "try whether a strategy is honest: no future, no hidden state, no clock, no chance",
  examples: ["check sma-cross binance:BTC/USDT@1h", "check sma-cross binance:BTC/USDT@1m --require proven --seed 7"],
  options: {
    param: { value: "NAME=VALUE", help: "a parameter of the strategy", many: true },
    seed: { value: "NUMBER", help: `decides at which bars the data are cut (default ${DEFAULT_SEED})` },
    ...PLAN_OPTIONS,
    require: REQUIRE_OPTION,
    json: { help: "one JSON object" },
    ...STORE_OPTION,
  },
  positionals: [2, 10],
  async run(args) {
    const asked = await planOf({ catalog: new FolderCatalog(process.env) }, args);
    const seed = args.number("seed", Number.isSafeInteger, "a whole number") ?? DEFAULT_SEED;
    const proven = requiresProven(args);
    await withPlatform(args, async ({ store }) => {
      const plan = await prepareFeeds({ store }, asked);
      if (proven) await requireProven(store, plan);
      const columns = await readFeeds(store, plan);
      const progress = new Progress("check");
      const workers = new CheckThreads(availableParallelism());
      const result = await check(workers, plan, columns, seed, (fraction) => progress.update(fraction, "of the runs"));
      progress.done();
      if (result.findings.some(({ faults }) => faults.length > 0)) process.exitCode = RUN_FAILED;
      await writeLine(
        args.has("json") ? JSON.stringify({ strategy: plan.strategy, seed, ...result }) : describe(plan, result),
      );
    });
  },
};

function describe(plan: RunPlan, { bars, samples, findings }: CheckResult): string {
  const feeds = plan.feeds.map(({ feed }) => feedKey(feed)).join(" ");
  const width = Math.max(...Object.values(TRIALS).map((words) => words.length));
  const honest = findings.every(({ faults }) => faults.length === 0);
  return [
    `${plan.strategy} on ${feeds}: ${formatNumber(bars, 0)} bars, tried at ${samples.length} of them`,
    "",
    ...findings.map((finding) => line(finding, width)),
    "",
    honest
      ? "Nothing was found: the strategy did bit for bit the same in every run."
      : "The strategy is not honest: what it shows here it cannot show on live data.",
  ].join("\n");
}

function line({ trial, runs, faults }: Finding, width: number): string {
  const head = `${faults.length === 0 ? "ok " : "RED"}  ${TRIALS[trial].padEnd(width)}  ${runs} ${runs === 1 ? "run" : "runs"}`;
  return [head, ...faults.map((fault) => `     ${fault}`)].join("\n");
}
