import { setTimeout as sleep } from "node:timers/promises";
import { publishArtefact } from "#local/strategies/artefact.ts";
import { parseParameters, strategyRoots } from "#local/strategies/catalog.ts";
import type { ServerPlatform } from "#local/up/server-platform.ts";
import { resumePaperRun, startPaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { tradingStart, warmUpOf } from "#shared/app/paper-span.ts";
import { planInForce } from "#shared/app/plan-in-force.ts";
import { loadCode, parsePlan, type RunPlan } from "#shared/app/run-plan.ts";
import { runResults, statedHashes } from "#shared/app/run-results.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { BROKER_OPTIONS, brokerOf } from "../broker-settings.ts";
import type { Arguments, Command } from "../command.ts";
import { writeLine } from "../output.ts";
import { accountOf, hashLines, type PaperAccount, paperDetails, paperTable, proofConditions } from "../paper-lines.ts";
import { nextCandle, whatComesNext } from "../paper-next.ts";
import { backtestLines } from "../run-again.ts";
import { figureTable, shortFeeds } from "../run-lines.ts";
import { formatNumber, formatTime } from "../table.ts";
import { withServers } from "../with-platform.ts";
import { PLAN_OPTIONS, plannedFeeds } from "./backtest.ts";

/** How long to wait for the last results of a run that was stopped, ms. */
const STORED_WITHIN_MS = 30_000;
const ASK_AGAIN_MS = 500;

export const paper: Command = {
  name: "paper",
  usage: "start <strategy> <feed> [name=feed …] | list | show|stop|resume <run>",
  summary: "trade on paper: run a strategy on live candles, and see to such runs",
  details: [
    "A live run keeps the code that it was started with, whatever is changed later, and goes on over",
    "restarts. It trades from --from on: unless told, from where the live stream is, else from the",
    "end of what is stored, else from the first live candle that comes. Candles from --warm-from on",
    "warm it up: unless told, twice as many as its indicators need. A stopped run can be resumed: it",
    "catches up, as if it had never stopped. A run that is started or resumed does nothing until the",
    "next live candle of each of its instruments comes; with that it catches up on what is stored.",
  ].join("\n"),
  examples: [
    "paper start sma-cross binance:BTC/USDT@1m --cash 10000 --param fast=10",
    "paper list",
    "paper stop paper-3fa9c1d2e4b5",
  ],
  options: {
    param: { value: "NAME=VALUE", help: "a parameter of the strategy", many: true },
    ...BROKER_OPTIONS,
    from: { value: "TIME", help: "trade from here on: 2024-08-08, 2024-08-08T12:30:00Z or ms; UTC" },
    "warm-from": { value: "TIME", help: "candles from here to --from only warm the strategy up" },
    resample: PLAN_OPTIONS["resample"]!,
    all: { help: "in the list: also those that are stopped or failed" },
    json: { help: "one JSON object a run" },
  },
  positionals: [1, 12],
  async run(args) {
    const [verb, name, ...rest] = args.positionals;
    if (verb === "start" && rest.length > 0) return withServers((platform) => start(platform, args.behindVerb()));
    if (verb === "list" && name === undefined) return withServers((platform) => list(platform, args));
    if (name !== undefined && rest.length === 0) {
      if (verb === "show") return withServers((platform) => show(platform, name, args));
      if (verb === "stop") return withServers((platform) => stop(platform, name, args));
      if (verb === "resume") return withServers((platform) => resume(platform, name, args));
    }
    throw new InputError(
      "usage",
      `'paper ${args.positionals.join(" ")}' is not known: write paper start <strategy> <feed>, paper list, or paper ` +
        "show, stop or resume <run>",
    );
  },
};

async function start(platform: ServerPlatform, args: Arguments): Promise<void> {
  const { catalog, store, states } = platform;
  const loaded = await catalog.load(args.positionals[0]!);
  const code = await loadCode(catalog, loaded.name);
  const asked: RunPlan = {
    strategy: loaded.name,
    params: parseParameters(loaded, args.values("param")),
    feeds: plannedFeeds(args, args.time("from") ?? Date.now()),
    broker: brokerOf(args),
    choice: "known",
    warmFrom: 0,
    tradeFrom: args.time("from") ?? 0,
    end: null,
  };
  const usual = await tradingStart(store, asked);
  const begin = args.has("from") ? null : usual;
  const timed = { ...asked, tradeFrom: begin?.tradeFrom ?? asked.tradeFrom };
  const warmUp = args.has("warm-from") ? null : warmUpOf(timed, code);
  const warmFrom = warmUp?.warmFrom ?? args.time("warm-from")!;
  if (warmFrom > timed.tradeFrom) {
    throw new InputError(
      "usage",
      `--warm-from ${new Date(warmFrom).toISOString()} is after the start of trading, ` +
        `${new Date(timed.tradeFrom).toISOString()}: warming up comes before trading`,
    );
  }
  const plan = await planInForce(store, { ...timed, warmFrom });
  const { liveRunPorts } = await import("#local/up/live-run-ports.ts");
  await publishArtefact(states, strategyRoots(process.env), code);
  const record = await startPaperRun(liveRunPorts(platform), plan, code, Date.now());
  if (args.has("json")) {
    await writeLine(JSON.stringify(jsonOf(record, await accountNow(platform, record))));
    return;
  }
  const why = { live: "where the live stream is", stored: "the end of what is stored", "first-bar": "" } as const;
  const reason = begin === null ? "as you say" : why[begin.reason];
  const from = plan.tradeFrom === 0 ? "the first live candle on" : `${formatTime(plan.tradeFrom)} UTC (${reason})`;
  const need = warmUp === null ? "" : ` (twice the ${warmUp.bars} bars of ${warmUp.feed} that its indicators need)`;
  await writeLine(
    [
      `${record.run}: ${record.strategy} trades ${shortFeeds(record.feeds)} on paper`,
      `cash         ${formatNumber(plan.broker.cash, 2)}`,
      `trades from  ${from}`,
      ...(plan.warmFrom < plan.tradeFrom ? [`warm-up      from ${formatTime(plan.warmFrom)} UTC${need}`] : []),
      `more         npx millrace paper show ${record.run}`,
      "",
      ...whatComesNext(plan, begin, usual, await store.ticks.extent(plan.feeds[0]!.feed.instrument)),
    ].join("\n"),
  );
}

async function list({ liveRuns, store }: ServerPlatform, args: Arguments): Promise<void> {
  const records = (await liveRuns.list()).filter(({ kind }) => kind === "paper");
  const chosen = records.filter(({ status }) => args.has("all") || status === "running");
  const runs: { record: RunRecord; account: PaperAccount }[] = [];
  for (const record of chosen) {
    runs.push({ record, account: await accountNow({ store }, record) });
  }
  if (args.has("json")) {
    for (const { record, account } of runs) await writeLine(JSON.stringify(jsonOf(record, account)));
    return;
  }
  const others = records.length - chosen.length;
  await writeLine(
    runs.length === 0 ? "no run trades on paper: begin one with npx millrace paper start" : paperTable(runs),
  );
  if (others > 0) await writeLine(`${others} more ${others === 1 ? "is" : "are"} stopped or failed: --all shows them`);
}

async function show({ liveRuns, store, catalog }: ServerPlatform, id: string, args: Arguments): Promise<void> {
  const record = await paperRun({ liveRuns }, id);
  const account = await accountNow({ store }, record);
  const hashes = await statedHashes(store.results, record);
  if (args.has("json")) {
    await writeLine(JSON.stringify({ ...jsonOf(record, account), midnightHashes: hashes }));
    return;
  }
  const { trades } = await runResults(store.results, record);
  const lines = [
    ...paperDetails(record, account, trades),
    ...hashLines(record, hashes, (each) => backtestLines(each, args), await proofConditions(catalog, record)),
    `more         npx millrace runs show ${record.run}`,
  ];
  await writeLine(lines.join("\n"));
}

async function stop(platform: ServerPlatform, id: string, args: Arguments): Promise<void> {
  const held = await paperRun(platform, id);
  const { run } = held;
  const { liveRunPorts } = await import("#local/up/live-run-ports.ts");
  const ports = liveRunPorts(platform);
  const deadline = performance.now() + STORED_WITHIN_MS;
  for (;;) {
    try {
      // One that has stopped tells again how it ended.
      const record = held.status === "running" ? await stopPaperRun(ports, run) : held;
      const account = await accountNow(platform, record);
      if (args.has("json")) await writeLine(JSON.stringify(jsonOf(record, account)));
      else await writeLine(stoppedLines(record, args, await proofConditions(platform.catalog, record)));
      return;
    } catch (error) {
      // Its last results are on their way to the store.
      if (!(error instanceof InputError && error.code === "no-data") || performance.now() > deadline) throw error;
      await sleep(ASK_AGAIN_MS);
    }
  }
}

function stoppedLines(record: RunRecord, args: Arguments, conditions: readonly string[]): string {
  if (record.status === "failed") return `run ${record.run} had failed: ${record.error}`;
  if (record.figures === null) return `run ${record.run} is stopped; it has traded no bar`;
  return [
    `run ${record.run} is stopped`,
    "",
    figureTable([record]),
    "",
    `result hash ${record.resultHash}`,
    `go on:      npx millrace paper resume ${record.run}`,
    `the same:   ${backtestLines(record, args)}`,
    ...conditions.map((condition) => `            ${condition}`),
  ].join("\n");
}

async function resume(platform: ServerPlatform, id: string, args: Arguments): Promise<void> {
  const { run } = await paperRun(platform, id);
  const { liveRunPorts } = await import("#local/up/live-run-ports.ts");
  const record = await resumePaperRun(liveRunPorts(platform), run);
  await writeLine(
    args.has("json")
      ? JSON.stringify(jsonOf(record, await accountNow(platform, record)))
      : `run ${run} goes on from where it stopped: it catches up with ${nextCandle(parsePlan(record.definition))}`,
  );
}

/** The paper run with this id, or whose id alone begins so. Throws InputError. */
async function paperRun({ liveRuns }: Pick<ServerPlatform, "liveRuns">, id: string): Promise<RunRecord> {
  const found = (await liveRuns.list()).filter(({ kind, run }) => kind === "paper" && run.startsWith(id));
  const record = found.find(({ run }) => run === id) ?? (found.length === 1 ? found[0] : undefined);
  if (record !== undefined) return record;
  const fault =
    found.length === 0 ? `no paper run '${id}'` : `'${id}' may be ${found.map(({ run }) => run).join(" or ")}`;
  throw new InputError("not-found", `${fault}: 'npx millrace paper list --all' lists what there is`);
}

async function accountNow({ store }: Pick<ServerPlatform, "store">, record: RunRecord): Promise<PaperAccount> {
  return accountOf(record, await store.results.lastCycle(record.run, record.until));
}

function jsonOf({ definition: _, ...record }: RunRecord, account: PaperAccount): Record<string, unknown> {
  return { ...record, ...account };
}
