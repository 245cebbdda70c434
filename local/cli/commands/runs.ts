import { runResults } from "#shared/app/run-results.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { RunRecord, RunRegistry } from "#shared/ports/run-registry.ts";
import { barEnd, formatTime } from "#shared/report/format.ts";
import type { Arguments, Command } from "../command.ts";
import { hint } from "../hint.ts";
import { note, writeLine } from "../output.ts";
import { backtestLines } from "../run-again.ts";
import { figureTable, runJson, shortFeeds } from "../run-lines.ts";
import { STORE_OPTION } from "../store-place.ts";
import { formatMinute, formatNumber, formatPercent, renderTable } from "../table.ts";
import { withPlatform } from "../with-platform.ts";

/** As much of a tag as a terminal has room for, and every type of order. */
const LONGEST_WORD = 14;
const COLUMNS = [
  { heading: "run" },
  { heading: "created (UTC)" },
  { heading: "kind" },
  { heading: "strategy" },
  { heading: "feed" },
  { heading: "return", align: "right" },
  { heading: "trades", align: "right" },
] as const;

export const runs: Command = {
  name: "runs",
  usage: "[show <run>]",
  summary: "list the runs of strategies, or show one",
  examples: ["runs", "runs show 3f2a9c0b1d4e", "runs show 3f2a9c0b1d4e --json"],
  options: {
    all: { help: "the sets of sweeps, too" },
    json: { help: "the list: one JSON object a line; a run: with its orders, fills, trades and equity" },
    ...STORE_OPTION,
  },
  positionals: [0, 2],
  async run(args) {
    const [verb, id] = args.positionals;
    if (verb !== undefined && (verb !== "show" || id === undefined)) {
      throw new InputError(
        "usage",
        `'runs ${args.positionals.join(" ")}' is not known: write npx millrace runs, or npx millrace runs show <run>`,
      );
    }
    await withPlatform(args, async ({ store }) => {
      if (id === undefined) return list(store.runs, args);
      const record = await findRun(store.runs, id);
      if (args.has("json")) await writeLine(JSON.stringify(await wholeRun(store, record)));
      else await writeLine(await describeRun(store, record, args));
    });
  },
};

/** The run with this id, or whose id alone begins so. Throws InputError. */
export async function findRun(registry: RunRegistry, id: string): Promise<RunRecord> {
  const exact = await registry.get(id);
  if (exact !== null) return exact;
  const all = await registry.list();
  const found = all.filter((record) => record.run.startsWith(id));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new InputError(
      "usage",
      `run '${id}' may be ${found
        .slice(0, 5)
        .map((record) => record.run)
        .join(" or ")}: write more of it`,
    );
  }
  // In the registry's order, the newest first.
  const listed = all.filter((record) => record.kind !== "sweep");
  const known = listed.slice(0, 5).map((record) => record.run);
  throw new InputError(
    "not-found",
    `no run '${id}': ${known.length === 0 ? "there are none yet, make one with backtest" : `the latest are ${known.join(", ")}`}`,
  );
}

async function list(registry: RunRegistry, args: Arguments): Promise<void> {
  const held = await registry.list();
  const records = args.has("all") ? held : held.filter((record) => record.kind !== "sweep");
  const hidden = held.length - records.length;
  if (hidden > 0) note(`${hidden} sets of sweeps are not listed: --all shows them`);
  if (args.has("json")) {
    for (const { definition: _, ...record } of records) await writeLine(JSON.stringify(record));
    return;
  }
  const rows = records.map((record) => [
    record.run,
    formatMinute(record.created),
    record.status === "finished" ? record.kind : `${record.kind} ${record.status}`,
    record.strategy,
    `${shortFeeds(record.feeds.slice(0, 1))}${record.feeds.length > 1 ? ` +${record.feeds.length - 1}` : ""}`,
    formatPercent(record.figures?.totalReturn ?? null, true),
    String(record.figures?.trades ?? "–"),
  ]);
  await writeLine(
    rows.length === 0 ? `no runs yet: make one with ${hint(args, "backtest")}` : renderTable(COLUMNS, rows),
  );
}

type Store = Parameters<typeof runJson>[0];

async function wholeRun(store: Store, record: RunRecord): Promise<Record<string, unknown>> {
  const { orders, fills, trades, logs, cycles } = await runResults(store.results, record);
  const names = record.feeds.map((feed) => feed.slice(0, feed.indexOf("=")));
  const equity = Array.from(cycles.time, (time, i) => ({
    time,
    cash: cycles.cash[i],
    value: cycles.value[i],
    position: Object.fromEntries(names.map((name, feed) => [name, cycles.position[feed]?.[i]])),
  }));
  return { ...(await runJson(store, record)), orders, fills, trades, logs, equity };
}

function count(number: number, what: string): string {
  return `${formatNumber(number, 0)} ${what}${number === 1 ? "" : "s"}`;
}

async function describeRun(store: Store, record: RunRecord, args: Arguments): Promise<string> {
  const params = Object.entries(record.params).map(([name, value]) => `${name}=${value}`);
  const head = [
    `run ${record.run}: ${record.kind} of ${record.strategy}, ${record.status}`,
    ...(record.error === null ? [] : [record.error]),
    `parameters   ${params.join(" ") || "none"}`,
    `feeds        ${shortFeeds(record.feeds)}`,
    `identity     ${record.identity}`,
    `result hash  ${record.resultHash ?? "–"}`,
    "",
    figureTable([record]),
    "",
  ];
  if (record.kind === "sweep")
    return [
      ...head,
      "Of a set of a sweep the figures alone are kept. For its orders, fills, trades and report run it once more:",
      backtestLines(record, args),
    ].join("\n");
  const { fills, trades, logs, orders } = await runResults(store.results, record);
  const refused = orders.filter((order) => order.status === "Margin" || order.status === "Rejected");
  const tradeRows = trades
    .slice(-10)
    .map((trade) => [
      formatTime(barEnd(trade.openTime)),
      formatTime(barEnd(trade.closeTime)),
      trade.size < 0 ? "short" : "long",
      formatNumber(Math.abs(trade.size), 6),
      formatNumber(trade.entryPrice, 2),
      formatNumber(trade.exitPrice, 2),
      formatNumber(trade.pnl - trade.fees, 2),
      (trade.exitTag ?? trade.exitType).slice(0, LONGEST_WORD),
    ]);
  const columns = [
    { heading: "opened (UTC)" },
    { heading: "closed" },
    { heading: "side" },
    { heading: "size", align: "right" },
    { heading: "entry", align: "right" },
    { heading: "exit", align: "right" },
    { heading: "net", align: "right" },
    { heading: "closed by" },
  ] as const;
  return [
    ...head,
    [
      count(fills.length, "fill"),
      `${count(refused.length, "order")} refused`,
      count(logs.length, "log line"),
      count(trades.length, "trade"),
    ].join(", "),
    ...(tradeRows.length === 0 ? [] : [`The last trades:\n${renderTable(columns, tradeRows)}`]),
  ].join("\n");
}
