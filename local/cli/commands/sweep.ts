import { availableParallelism } from "node:os";
import { FolderCatalog } from "#local/embedded/folder-catalog.ts";
import type { Platform } from "#local/platform.ts";
import { SweepThreads } from "#local/workers/sweep-threads.ts";
import { readFeeds } from "#shared/app/backtest.ts";
import { requireProven } from "#shared/app/check-proven.ts";
import { loadCode, type RunPlan } from "#shared/app/run-plan.ts";
import { planWith, type SweepGround, type SweepPorts, sweep } from "#shared/app/sweep.ts";
import { type ParameterAxes, type ParameterSet, parameterSets, parseAxes } from "#shared/app/sweep-grid.ts";
import { type Objective, parseObjective } from "#shared/app/sweep-objective.ts";
import { deflateBest, type RankedSet, rank, rankedSet } from "#shared/app/sweep-ranking.ts";
import { commonSpan, walkForward, walkForwardWindows } from "#shared/app/walk-forward.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Arguments, Command } from "../command.ts";
import { durationOf } from "../duration.ts";
import { RUN_FAILED } from "../exit-codes.ts";
import { note, writeLine } from "../output.ts";
import { writeTextFile } from "../output-file.ts";
import { Progress } from "../progress.ts";
import { STORE_OPTION } from "../store-place.ts";
import { luckInWords, sweepCsv, sweepJson, sweepReport, sweepTable } from "../sweep-lines.ts";
import { formatNumber } from "../table.ts";
import { walkForwardJson, walkForwardTable } from "../walk-forward-lines.ts";
import { withPlatform } from "../with-platform.ts";
import { PLAN_OPTIONS, planWithoutParams, prepareFeeds, REQUIRE_OPTION, requiresProven } from "./backtest.ts";

const DEFAULT_TOP = 10;
const MOST_THREADS = 256;
/** Sets that a table can show; --json and --csv write all. */
const MOST_SHOWN = 10_000;

export const sweepCommand: Command = {
  name: "sweep",
  usage: "<strategy> <exchange:BASE/QUOTE@timeframe> [name=feed …]",
  summary: "run a strategy with many sets of parameters, and rank them",
  examples: [
    "sweep sma-cross binance:BTC/USDT@1h --param fast=5:50:5 --param slow=20:200:10",
    "sweep sma-cross binance:BTC/USDT@1h --param fast=5:50:5 --train 90d --test 30d",
  ],
  options: {
    param: { value: "NAME=VALUES", help: "from:to:step with both ends, or values with commas", many: true },
    maximize: { value: "FIGURE", help: "what to rank by (default sharpe); drawdown and the like are minimised" },
    jobs: { value: "COUNT", help: "threads (default one a core)" },
    top: { value: "COUNT", help: `sets in the table (default ${DEFAULT_TOP})` },
    train: { value: "DURATION", help: "walk forward: choose on so long a stretch, such as 90d …" },
    test: { value: "DURATION", help: "… and try on the next so long stretch, such as 30d" },
    ...PLAN_OPTIONS,
    require: REQUIRE_OPTION,
    report: { value: "FILE", help: "write a heat map of two parameters, an HTML page" },
    csv: { help: "all sets as CSV with headings" },
    json: { help: "all sets, one JSON object a line" },
    ...STORE_OPTION,
  },
  positionals: [2, 10],
  async run(args) {
    const catalog = new FolderCatalog(process.env);
    const asked = await requestOf(catalog, args);
    await withPlatform(args, async (platform) => {
      const plan = await prepareFeeds(platform, asked.plan);
      const request = { ...asked, plan };
      if (request.proven) await requireProven(platform.store, plan);
      const ground = { columns: await readFeeds(platform.store, plan), code: await loadCode(catalog, plan.strategy) };
      const ports = { runs: platform.store.runs, workers: new SweepThreads(request.threads) };
      if (request.walk === null) await sweepAll(ports, ground, request, args);
      else await walk(ports, ground, { ...request, walk: request.walk }, args);
    });
  },
};

interface Request {
  readonly plan: RunPlan;
  readonly axes: ParameterAxes;
  readonly sets: readonly ParameterSet[];
  readonly objective: Objective;
  readonly threads: number;
  readonly top: number;
  readonly proven: boolean;
  readonly walk: { readonly train: number; readonly test: number } | null;
}

async function requestOf(catalog: Platform["catalog"], args: Arguments): Promise<Request> {
  const loaded = await catalog.load(args.positionals[0]!);
  const axes = parseAxes(loaded.name, loaded.parameters, args.values("param"));
  const count = (name: string, most: number): number | null =>
    args.number(
      name,
      (value) => Number.isInteger(value) && value >= 1 && value <= most,
      `a whole number from 1 to ${most}`,
    );
  const train = durationOf(args, "train");
  const test = durationOf(args, "test");
  if ((train === null) !== (test === null)) {
    throw new InputError(
      "usage",
      `--${train === null ? "test" : "train"} needs --${train === null ? "train" : "test"}: give both, such as --train 90d --test 30d`,
    );
  }
  if (args.has("csv") && args.has("json")) throw new InputError("usage", "give --json or --csv, not both");
  if (train !== null && (args.has("csv") || args.has("report"))) {
    throw new InputError("usage", "a walk forward is written as a table or with --json: leave --csv and --report away");
  }
  return {
    plan: planWithoutParams(args),
    axes,
    sets: parameterSets(loaded.strategy, axes),
    objective: parseObjective(args.value("maximize") ?? "sharpe"),
    threads: count("jobs", MOST_THREADS) ?? availableParallelism(),
    top: count("top", MOST_SHOWN) ?? DEFAULT_TOP,
    proven: requiresProven(args),
    walk: train === null || test === null ? null : { train, test },
  };
}

async function sweepAll(ports: SweepPorts, ground: SweepGround, request: Request, args: Arguments): Promise<void> {
  const { plan, axes, sets, objective } = request;
  const started = performance.now();
  const progress = new Progress("sweep");
  const ranked: RankedSet[] = [];
  let known = 0;
  const plans = sets.map((set) => planWith(plan, set));
  for await (const swept of sweep(ports, ground, plans, Date.now())) {
    ranked.push(rankedSet(objective, sets[swept.number]!, swept));
    if (swept.known) known++;
    progress.update(
      ranked.length / sets.length,
      `${formatNumber(ranked.length, 0)} of ${formatNumber(sets.length, 0)} sets`,
    );
  }
  progress.done();
  rank(objective, ranked);
  const [best] = ranked;
  if (best?.error === null && best.value === null) {
    throw new InputError(
      "no-data",
      `no set has a ${objective}, so none is better than another: ratios need 30 days, and the profit factor a loss; ` +
        "use --maximize totalReturn, or a longer span",
    );
  }
  const failed = ranked.filter(({ error }) => error !== null).length;
  if (failed > 0) process.exitCode = RUN_FAILED;
  const luck = best?.error === null ? deflateBest(ground, planWith(plan, best.set), ranked) : null;
  const words = luckInWords(best ?? null, ranked.length, luck);
  if (args.has("json")) for (const set of ranked) await writeLine(sweepJson(set));
  else if (args.has("csv")) await sweepCsv(axes, ranked, writeLine);
  else {
    const seconds = ((performance.now() - started) / 1_000).toFixed(2);
    const count = `${formatNumber(sets.length, 0)} set${sets.length === 1 ? "" : "s"}`;
    await writeLine(
      `${plan.strategy}: ${count} by ${objective}, ${formatNumber(known, 0)} of them held already, ${formatNumber(failed, 0)} failed, ${seconds} s`,
    );
    const left = combinationsOf(axes) - sets.length;
    await writeLine(left === 0 ? "" : `${formatNumber(left, 0)} more left out, as the strategy's valid() says no\n`);
    await writeLine(`${sweepTable(objective, axes, ranked, request.top)}\n`);
  }
  note(words);
  const path = args.value("report");
  if (path === null) return;
  await writeTextFile(path, sweepReport(plan, objective, axes, ranked, words));
  note(`report: ${path}`);
}

/** How many combinations the axes have, valid or not. */
function combinationsOf(axes: ParameterAxes): number {
  let count = 1;
  for (const values of axes.values()) count *= values.length;
  return count;
}

async function walk(
  ports: SweepPorts,
  ground: SweepGround,
  request: Request & { readonly walk: NonNullable<Request["walk"]> },
  args: Arguments,
): Promise<void> {
  const { plan, sets, objective } = request;
  const span = commonSpan(ground, plan);
  const windows = walkForwardWindows(span.from, span.to, request.walk.train, request.walk.test);
  const runs = windows.length * sets.length;
  const progress = new Progress("walk forward");
  const walked = await walkForward(ports, ground, { plan, sets, objective, windows }, Date.now(), (done) =>
    progress.update(done / runs, `${formatNumber(done, 0)} of ${formatNumber(runs, 0)} training runs`),
  );
  progress.done();
  if (walked.windows.some(({ error }) => error !== null)) process.exitCode = RUN_FAILED;
  if (args.has("json")) await writeLine(walkForwardJson(walked));
  else await writeLine(walkForwardTable(plan.strategy, objective, walked));
}
