import { loadCode, parsePlan, pinnedCode } from "#shared/app/run-plan.ts";
import type { TradeRow } from "#shared/engine/run-events.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { CycleRow, StatedHash } from "#shared/ports/result-store.ts";
import type { PinnedCode } from "#shared/ports/run-artefacts.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import type { StrategyCatalog } from "#shared/ports/strategy-catalog.ts";
import { barEnd } from "#shared/report/format.ts";
import { shortFeeds, symbolOf } from "./run-lines.ts";
import { wrapped } from "./status-lines.ts";
import { formatMinute, formatNumber, formatPercent, formatTime, renderTable } from "./table.ts";

/** The account of a live run as far as its results are stored. */
export interface PaperAccount {
  /** In quote currency. */
  readonly equity: number;
  readonly cash: number;
  /** Base units of each feed. */
  readonly positions: readonly number[];
  /** When its last bar ended, ms UTC; null before the first. */
  readonly lastBar: number | null;
}

/** Before the first bar it has its starting cash. */
export function accountOf(record: RunRecord, last: CycleRow | null): PaperAccount {
  if (last === null) {
    const { broker, feeds } = parsePlan(record.definition);
    return { equity: broker.cash, cash: broker.cash, positions: feeds.map(() => 0), lastBar: null };
  }
  const { time, cash, value, position } = last;
  return { equity: value, cash, positions: position, lastBar: barEnd(time) };
}

const COLUMNS = [
  { heading: "run" },
  { heading: "trades" },
  { heading: "equity", align: "right" },
  { heading: "position", align: "right" },
  { heading: "last bar (UTC)" },
] as const;

/** Runs on paper as a table, with a line for each that waits or failed. Their state is a column where not all are live. */
export function paperTable(runs: readonly { readonly record: RunRecord; readonly account: PaperAccount }[]): string {
  const states = runs.some(({ record }) => stateOf(record) !== "live");
  const rows = runs.map(({ record, account }) => [
    record.run,
    `${record.strategy} ${symbolOf(record.feeds[0]!)}${record.feeds.length > 1 ? ` +${record.feeds.length - 1}` : ""}`,
    formatNumber(account.equity, 2),
    positionOf(account.positions[0]!),
    account.lastBar === null ? "–" : formatMinute(account.lastBar),
    ...(states ? [stateOf(record)] : []),
  ]);
  const notes = runs.flatMap(({ record }) => reasonLines(record, `${record.run} `));
  return [renderTable(states ? [...COLUMNS, { heading: "state" }] : COLUMNS, rows), ...notes].join("\n");
}

/** A live run for people, in lines. */
export function paperDetails(record: RunRecord, account: PaperAccount, trades: readonly TradeRow[]): string[] {
  const { broker, feeds, tradeFrom, warmFrom } = parsePlan(record.definition);
  const params = Object.entries(record.params).map(([name, value]) => `${name}=${value}`);
  const held = feeds.map(({ feed, spec }, i) => `${positionOf(account.positions[i]!)} ${spec.base} (${feed.name})`);
  const won = trades.filter(({ pnl, fees }) => pnl - fees > 0).length;
  return [
    `run ${record.run}: ${record.strategy} on paper, ${stateOf(record)}`,
    ...reasonLines(record, ""),
    `feeds        ${shortFeeds(record.feeds)}`,
    `parameters   ${params.join(" ") || "none"}`,
    `trades from  ${tradeFrom === 0 ? "the first live candle" : `${formatTime(tradeFrom)} UTC`}` +
      `${warmFrom < tradeFrom ? `, warmed up from ${formatTime(warmFrom)}` : ""}`,
    `last bar     ${account.lastBar === null ? "none yet" : `${formatTime(account.lastBar)} UTC`}`,
    `equity       ${formatNumber(account.equity, 2)} (${formatPercent(account.equity / broker.cash - 1, true)} of ` +
      `${formatNumber(broker.cash, 2)}), cash ${formatNumber(account.cash, 2)}`,
    `position     ${held.join(", ")}`,
    `trades       ${trades.length} closed, ${won} of them won`,
  ];
}

/** What a live run comes to, in words where it has no hash. */
function resultOf({ status, resultHash }: RunRecord): string {
  if (resultHash !== null) return resultHash;
  if (status === "failed") return "none, as it has failed";
  return status === "running" ? "stated when it is stopped" : "none, as it has traded no bar";
}

/** Midnights that are shown, the last ones. */
const MOST_MIDNIGHTS = 5;

/**
 * The result hash of a live run, and what it has stated at midnights, the latest first; below each the command that proves
 * it, of the midnights the last. `command`: for the run, or as far as a time. `conditions`: see `proofConditions`.
 */
export function hashLines(
  record: RunRecord,
  hashes: readonly StatedHash[],
  command: (record: RunRecord) => string,
  conditions: readonly string[],
): string[] {
  const same = (of: RunRecord): string[] => [
    `the same     ${command(of)}`,
    ...conditions.map((condition) => `             ${condition}`),
  ];
  const result = [`result hash  ${resultOf(record)}`, ...(record.resultHash === null ? [] : same(record))];
  const last = hashes.at(-1);
  if (last === undefined) return result;
  const shown = hashes.slice(-MOST_MIDNIGHTS).reverse();
  const earlier = hashes.length - shown.length;
  return [
    ...result,
    ...shown.map(
      ({ time, resultHash }, i) =>
        `${i === 0 ? "at midnight " : "            "} ${formatMinute(time)} UTC  ${resultHash}`,
    ),
    ...(earlier === 0 ? [] : [`             and ${earlier} earlier: --json shows all`]),
    ...same({ ...record, until: last.time }),
  ];
}

/** Under what the shown backtest proves a result of a live run, where that is not sure. */
export async function proofConditions(catalog: StrategyCatalog, { definition }: RunRecord): Promise<string[]> {
  const { warmFrom, tradeFrom } = parsePlan(definition);
  const changed = await changedSince(catalog, pinnedCode(definition));
  return [
    ...(changed === null ? [] : [`(${changed})`]),
    // Nothing but the history that warmed it up can change.
    ...(warmFrom < tradeFrom ? ["(unless history before its first live candle was imported since)"] : []),
  ];
}

/** How the code of today is not that of a live run; null where it is. */
async function changedSince(catalog: StrategyCatalog, pinned: PinnedCode): Promise<string | null> {
  const { strategy, bundleHash, engineHash } = pinned;
  try {
    const now = await loadCode(catalog, strategy);
    const changed = [
      ...(now.strategy.bundleHash === bundleHash ? [] : [strategy]),
      ...(now.engineHash === engineHash ? [] : ["Millrace's engine"]),
    ];
    if (changed.length === 0) return null;
    const have = changed.length === 1 ? "has" : "have";
    return `${changed.join(" and ")} ${have} changed since: this runs it as it is now`;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `${strategy} cannot be loaded any more: ${error.message}`;
  }
}

function stateOf({ status, error }: RunRecord): string {
  return status === "running" ? (error === null ? "live" : "waits") : status;
}

function reasonLines({ error }: RunRecord, prefix: string): string[] {
  return error === null ? [] : wrapped(`${prefix}${error.split("\n")[0]}`);
}

function positionOf(amount: number): string {
  return amount === 0 ? "flat" : String(Number(amount.toPrecision(8)));
}
