import type { ChosenCandles, WindowCounts } from "../market/candle.ts";
import { candleColumnsOf } from "../market/candle-columns.ts";
import { InputError } from "../market/input-error.ts";
import { feedKey, instrumentKey } from "../market/instrument.ts";
import { joinIntervals } from "../market/interval.ts";
import type { CandleQuery } from "../ports/candle-store.ts";
import type { ResultStore } from "../ports/result-store.ts";
import type { RunRecord, RunRegistry } from "../ports/run-registry.ts";
import { candleColumns, type ReadCandlesPorts } from "./read-candles.ts";
import { hashTaken, RunMemory, type RunOutcome, runOnColumns } from "./run-on-columns.ts";
import { describePlan, feedNames, identityOf, type RunCode, type RunPlan, resolvedParams } from "./run-plan.ts";

export interface BacktestPorts extends ReadCandlesPorts {
  readonly results: ResultStore;
  readonly runs: RunRegistry;
}

/** A backtest's record, and how well the windows that it read of each feed are known. */
export interface BacktestRecord extends RunRecord {
  readonly quality: readonly WindowCounts[];
}

/** Runs a plan over columns as `runOnColumns` does, here or elsewhere. */
export type PlanRunner = (plan: RunPlan, code: RunCode, columns: readonly ChosenCandles[]) => Promise<RunOutcome>;

const runHere: PlanRunner = (plan, code, columns) =>
  Promise.resolve(runOnColumns(plan, code, columns, new RunMemory(), () => {}));

/** A run's id: the first digits of its identity, which are enough to tell runs apart and short enough to type. */
export function runIdOf(identity: string): string {
  return identity.slice(0, 12);
}

/**
 * Runs a plan over stored candles and stores what it did. A repeat is the same run. A strategy that throws fails the
 * run: its record says why, and everything before it is kept. While its results are written it is recorded as running: one that is killed there
 * stays so until it is run again. Throws InputError 'no-data' where a feed has no candles.
 * @param runner who runs the plan; by default this thread, for as long as it takes
 */
export async function backtest(
  ports: BacktestPorts,
  plan: RunPlan,
  code: RunCode,
  now: number,
  runner: PlanRunner = runHere,
): Promise<BacktestRecord> {
  const { definition, outcome, quality } = await runOnce(plan, code, await readFeeds(ports, plan), runner);
  const { events, error, resultHash, figures } = outcome;
  const identity = identityOf(definition);
  const id = runIdOf(identity);
  const record: RunRecord = {
    run: id,
    version: 0,
    kind: "backtest",
    strategy: plan.strategy,
    feeds: feedNames(plan),
    params: resolvedParams(plan, code),
    definition,
    identity,
    created: (await ports.runs.get(id))?.created ?? now,
    status: error === null ? "finished" : "failed",
    error,
    resultHash,
    until: null,
    figures,
  };
  // What is killed from here on is not taken for a result.
  await ports.runs.put({ ...record, status: "running", error: null, resultHash: null, figures: null });
  await ports.results.remove(id);
  await ports.results.write(
    id,
    plan.feeds.map(({ feed }) => feed.name),
    events,
  );
  await ports.runs.put(record);
  return { ...record, quality };
}

/** What a plan is on its candles, and what it came to: ten years of minutes are freed before results are written. */
interface Computed {
  readonly definition: string;
  readonly outcome: RunOutcome;
  readonly quality: readonly WindowCounts[];
}

async function runOnce(
  plan: RunPlan,
  code: RunCode,
  columns: readonly ChosenCandles[],
  runner: PlanRunner,
): Promise<Computed> {
  const definition = describePlan(plan, code, hashTaken(plan, columns));
  const outcome = await runner(plan, code, columns);
  return { definition, outcome, quality: columns.map((feed) => feed.quality) };
}

/** The last time that a date can hold, ms UTC. */
const LAST_DATE = 8.64e15;

/**
 * Columns of a plan's feeds, in order; empty for a feed that is made from another. Throws InputError 'no-data' for a feed
 * without candles.
 */
export async function readFeeds(ports: BacktestPorts, plan: RunPlan): Promise<ChosenCandles[]> {
  const columns: ChosenCandles[] = [];
  for (const { feed, resampleOf } of plan.feeds) {
    if (resampleOf !== undefined) {
      columns.push(candleColumnsOf([]));
      continue;
    }
    const to = plan.end ?? Number.MAX_SAFE_INTEGER;
    const query: CandleQuery = { ...feed, choice: plan.choice, from: plan.warmFrom, to };
    const candles = await candleColumns(ports, query);
    if (candles.length === 0) throw new InputError("no-data", await missing(ports, query, feedKey(feed)));
    columns.push(candles);
  }
  return columns;
}

async function missing(ports: BacktestPorts, query: CandleQuery, feed: string): Promise<string> {
  const held = (await ports.candles.extents(query.instrument)).filter(
    // 1s is folded from the trades that minutes are made of.
    ({ timeframe }) => timeframe === (query.timeframe === "1s" ? "1m" : query.timeframe),
  );
  if (held.length === 0) {
    return `${feed} has no candles: import ${instrumentKey(query.instrument)} first`;
  }
  const time = (ms: number): string => new Date(ms).toISOString();
  const from = query.from > 0 ? ` from ${time(query.from)}` : "";
  const to = query.to < LAST_DATE ? ` to ${time(query.to)}` : "";
  const spans = joinIntervals(held).map((span) => `${time(span.from)} to ${time(span.to)}`);
  return `${feed} has no candles${from}${to}: held are ${spans.join(", ")}; choose a span inside`;
}
