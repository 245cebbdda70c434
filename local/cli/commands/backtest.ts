import { FolderCatalog } from "#local/embedded/folder-catalog.ts";
import type { Platform } from "#local/platform.ts";
import { parseParameters } from "#local/strategies/catalog.ts";
import { threadRunner } from "#local/workers/thread-runner.ts";
import { type AnalyzerFigures, type AnalyzerRequest, analyzeRun, checkAnalyzers } from "#shared/app/analyze-run.ts";
import { type BacktestRecord, backtest } from "#shared/app/backtest.ts";
import { requireProven } from "#shared/app/check-proven.ts";
import { whyIdle } from "#shared/app/idle-run.ts";
import { planInForce } from "#shared/app/plan-in-force.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import { loadCode, type PlannedFeed, type RunPlan } from "#shared/app/run-plan.ts";
import { InputError } from "#shared/market/input-error.ts";
import { type Feed, feedKey, instrumentKey, parseFeed } from "#shared/market/instrument.ts";
import { specOf } from "#shared/market/instrument-specs.ts";
import { ANALYZER_OPTION, analyzerTable, parseAnalyzer } from "../analyzer-lines.ts";
import { BROKER_OPTIONS, brokerOf } from "../broker-settings.ts";
import type { Arguments, Command, OptionSpec } from "../command.ts";
import { RUN_FAILED } from "../exit-codes.ts";
import { hint } from "../hint.ts";
import { note, writeLine } from "../output.ts";
import { writeTextFile } from "../output-file.ts";
import { pastLiveLine } from "../past-live.ts";
import { reportOf } from "../report-page.ts";
import { figureTable, qualityLine, runJson, shortFeeds } from "../run-lines.ts";
import { LAST_TIME, SPAN_OPTIONS, spanOf } from "../span.ts";
import { STORE_OPTION } from "../store-place.ts";
import { withPlatform } from "../with-platform.ts";
import { AS_OPTION, choiceOf } from "./candles.ts";

/** Options that say what a run is, besides its parameters. */
export const PLAN_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  ...BROKER_OPTIONS,
  ...SPAN_OPTIONS,
  "warm-from": { value: "TIME", help: "candles from here to --from only warm the strategy up (default --from)" },
  as: AS_OPTION,
  resample: {
    value: "NAME=SOURCE",
    help: "make feed NAME of SOURCE's candles, such as slow=data",
    many: true,
  },
};

/** The option that refuses candles that are not proven. */
export const REQUIRE_OPTION: OptionSpec = {
  value: "proven",
  help: "run only if all candles are proven complete, else name the first",
};

export const backtestCommand: Command = {
  name: "backtest",
  usage: "<strategy> <exchange:BASE/QUOTE@timeframe> [name=feed …]",
  summary: "run a strategy over stored candles",
  details: [
    "'npx millrace doctor' lists the strategies: those that come along, and those in the folders that",
    "MILLRACE_STRATEGIES names. A strategy's further feeds are given by its names for them.",
  ].join("\n"),
  examples: [
    "backtest sma-cross binance:BTC/USDT@1m --param fast=10 --report report.html",
    "backtest trend-filter kraken:BTC/USD@5m slow=kraken:BTC/USD@1h --resample slow=data",
    "backtest sma-cross binance:BTC/USDT@1h --broker broker.json --analyzer SQN",
    `backtest sma-cross binance:BTC/USDT@1h --analyzer SharpeRatio:'{"timeframe":"Days"}'`,
  ],
  options: {
    param: { value: "NAME=VALUE", help: "a parameter of the strategy", many: true },
    ...PLAN_OPTIONS,
    analyzer: ANALYZER_OPTION,
    require: REQUIRE_OPTION,
    report: { value: "FILE", help: "write the report of the run, an HTML page" },
    json: { help: "one JSON object" },
    ...STORE_OPTION,
  },
  positionals: [2, 10],
  async run(args) {
    const catalog = new FolderCatalog(process.env);
    const asked = await planOf({ catalog }, args);
    const analyzers = args.values("analyzer").map(parseAnalyzer);
    checkAnalyzers(asked, analyzers);
    const proven = requiresProven(args);
    await withPlatform(args, async (platform) => {
      const plan = await prepareFeeds(platform, asked);
      if (proven) await requireProven(platform.store, plan);
      const code = await loadCode(catalog, plan.strategy);
      const started = performance.now();
      const record = await backtest(platform.store, plan, code, Date.now(), threadRunner()).catch((error: unknown) =>
        explainPastLive(error, args, platform, plan),
      );
      const seconds = (performance.now() - started) / 1_000;
      if (record.status === "failed") process.exitCode = RUN_FAILED;
      const analyzed = await analyze(platform, plan, record, analyzers);
      if (args.has("json"))
        await writeLine(JSON.stringify({ ...(await runJson(platform.store, record)), ...analyzed }));
      else await writeLine(describe(record, plan, seconds, args));
      if (!args.has("json") && analyzed !== null) await writeLine(`\n${analyzerTable(analyzed.analyzers)}`);
      const idle = whyIdle(plan, code, record);
      if (idle !== null) note(idle);
      const path = args.value("report");
      if (path !== null) {
        await writeTextFile(path, await reportOf(platform, record));
        note(`report: ${path}`);
      }
    });
  },
};

/** Throws the error; one of candles that are missing, as trades past a live watermark make none, says so. */
async function explainPastLive(
  error: unknown,
  args: Arguments,
  { store }: Pick<Platform, "store">,
  { feeds, warmFrom, end }: RunPlan,
): Promise<never> {
  if (!(error instanceof InputError && error.code === "no-data")) throw error;
  for (const { feed } of feeds) {
    const why = await pastLiveLine(args, store, feed.instrument, { from: warmFrom, to: end ?? LAST_TIME });
    if (why !== null) throw new InputError(error.code, `${error.message}; ${why}`, { cause: error });
  }
  throw error;
}

/** What analyzers make of a run; null where none was asked for, or the run failed. */
async function analyze(
  { store }: Pick<Platform, "store">,
  plan: RunPlan,
  { run, status }: BacktestRecord,
  requests: readonly AnalyzerRequest[],
): Promise<{ readonly analyzers: readonly AnalyzerFigures[] } | null> {
  if (requests.length === 0 || status !== "finished") return null;
  return { analyzers: analyzeRun(plan, await store.results.read(run), requests) };
}

/** The run that the arguments ask for. Throws InputError. */
export async function planOf(platform: Pick<Platform, "catalog">, args: Arguments): Promise<RunPlan> {
  const loaded = await platform.catalog.load(args.positionals[0]!);
  return { ...planWithoutParams(args), params: parseParameters(loaded, args.values("param")) };
}

/** The run that the arguments ask for, with the strategy's initial parameters. Throws InputError. */
export function planWithoutParams(args: Arguments): RunPlan {
  const [strategy] = args.positionals;
  const { from, to } = spanOf(args);
  const warmFrom = args.time("warm-from") ?? from;
  if (args.has("warm-from") && !args.has("from")) {
    throw new InputError("usage", "--warm-from needs --from: candles between the two warm the strategy up");
  }
  if (warmFrom > from) {
    throw new InputError(
      "usage",
      `--warm-from ${new Date(warmFrom).toISOString()} is after --from ${new Date(from).toISOString()}: warming up comes ` +
        "before trading",
    );
  }
  return {
    strategy: strategy!,
    params: {},
    feeds: plannedFeeds(args, from),
    broker: brokerOf(args),
    choice: choiceOf(args),
    warmFrom,
    tradeFrom: from,
    end: to === LAST_TIME ? null : to,
  };
}

/** The feeds that follow the strategy's name, under the trading rules at `time` (ms UTC). Throws InputError. */
export function plannedFeeds(args: Arguments, time: number): PlannedFeed[] {
  const [, ...feeds] = args.positionals;
  return resampled(
    feeds.map((text) => planFeed(parseFeed(text), time)),
    args.values("resample"),
  );
}

/** The feeds, some of them made from others as `texts` say: `slow=data`. Throws InputError. */
function resampled(feeds: readonly PlannedFeed[], texts: readonly string[]): PlannedFeed[] {
  const sources = new Map(
    texts.map((text) => {
      const [name = "", source = "", ...rest] = text.split("=");
      if (name !== "" && source !== "" && rest.length === 0) return [name, source] as const;
      throw new InputError("usage", `--resample is '${text}': write the names of two feeds, such as slow=data`);
    }),
  );
  const [, ...further] = feeds.map(({ feed }) => feed.name);
  for (const [name, source] of sources) {
    if (!further.includes(name)) {
      const named = further.length === 0 ? "there is none" : `use one of ${further.join(", ")}`;
      throw new InputError("usage", `--resample ${name}=${source} names no further feed of the run: ${named}`);
    }
    const from = feeds.find(({ feed }) => feed.name === source);
    if (from === undefined || sources.has(source)) {
      const own = feeds.map(({ feed }) => feed.name).filter((each) => !sources.has(each));
      throw new InputError(
        "usage",
        `--resample ${name}=${source} names no feed with candles of its own to make ${name} from: use one of ${own.join(", ")}`,
      );
    }
  }
  return feeds.map((planned) => {
    const resampleOf = sources.get(planned.feed.name);
    return resampleOf === undefined ? planned : { ...planned, resampleOf };
  });
}

/** Whether --require asks for proven candles. Throws InputError for any other word. */
export function requiresProven(args: Arguments): boolean {
  const text = args.value("require");
  if (text === null || text === "proven") return text !== null;
  throw new InputError("usage", `--require is '${text}': write --require proven`);
}

/**
 * Brings the candles of a plan's instruments up to date with what is held of them, and gives the plan under the trading
 * rules in force at their first candles.
 */
export async function prepareFeeds(platform: Pick<Platform, "store">, plan: RunPlan): Promise<RunPlan> {
  const instruments = new Map(plan.feeds.map(({ feed }) => [instrumentKey(feed.instrument), feed.instrument]));
  for (const instrument of instruments.values()) await rebuild(platform.store, instrument);
  return planInForce(platform.store, plan);
}

/** A feed under the trading rules that its exchange had at `time` (ms UTC), the first ones for an earlier time. */
export function planFeed(feed: Feed, time: number): PlannedFeed {
  return { feed, spec: specOf(feed.instrument, time) };
}

function describe(record: BacktestRecord, plan: RunPlan, seconds: number, args: Arguments): string {
  const { spec } = plan.feeds[0]!;
  const head = `${record.strategy} on ${shortFeeds(record.feeds)}: run ${record.run}, ${seconds.toFixed(2)} s`;
  const terms = `${feeLine(plan)}, amounts in steps of ${spec.amountStep} ${spec.base}`;
  const data = plan.feeds
    .map(({ feed, resampleOf }, i) =>
      resampleOf === undefined
        ? qualityLine(feedKey(feed), record.quality[i]!)
        : `data: ${feedKey(feed)} is made from the bars of feed ${resampleOf}`,
    )
    .join("\n");
  if (record.status === "failed") return `${head}\n${data}\nfailed: ${record.error}`;
  return [
    `${head}\n${terms}\n${data}\n\n${figureTable([record])}\n\nresult hash ${record.resultHash}`,
    `more: ${hint(args, `runs show ${record.run}`)}`,
    `      ${hint(args, `report ${record.run} --out report.html`)}`,
  ].join("\n");
}

/** What trading the first feed costs, in words. */
function feeLine({ broker, feeds }: RunPlan): string {
  const { feed, spec } = feeds[0]!;
  const percent = (fraction: number): string => `${(fraction * 100).toFixed(3)} %`;
  if (broker.commission !== undefined) return `commission ${JSON.stringify(broker.commission)}`;
  if (broker.fee !== null) return `fee ${percent(broker.fee)} of each fill`;
  const whose = instrumentKey(feed.instrument);
  if (spec.makerFee === spec.takerFee) return `fee ${percent(spec.takerFee)} of each fill (taker fee of ${whose})`;
  return `fee ${percent(spec.takerFee)} of each fill, ${percent(spec.makerFee)} of resting limit orders (${whose})`;
}
