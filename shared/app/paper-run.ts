import { Run } from "../engine/run.ts";
import { InputError } from "../market/input-error.ts";
import type { ResultStore } from "../ports/result-store.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import { candleColumns } from "./read-candles.ts";
import { figuresOf } from "./run-on-columns.ts";
import {
  definitionOf,
  describePlan,
  feedNames,
  identityOf,
  parsePlan,
  type RunCode,
  type RunPlan,
  resolvedParams,
} from "./run-plan.ts";
import { type RunEnd, type StepStrategiesPorts, stopLiveRun } from "./step-strategies.ts";

export interface PaperRunPorts extends StepStrategiesPorts {
  readonly results: ResultStore;
}

/**
 * Registers a run on live candles: from now on `step-strategies` keeps and folds them. Its id is made from what it is
 * and when it was registered (`now`, ms UTC). Throws InputError for a plan that cannot run.
 */
export async function startPaperRun(
  ports: PaperRunPorts,
  plan: RunPlan,
  code: RunCode,
  now: number,
): Promise<RunRecord> {
  const definition = describePlan(plan, code, null);
  new Run(
    definitionOf(
      plan,
      code,
      plan.feeds.map(() => null),
    ),
  );
  const identity = identityOf(definition);
  const record: RunRecord = {
    run: `paper-${identityOf(`${identity}@${now}`).slice(0, 12)}`,
    kind: "paper",
    strategy: plan.strategy,
    feeds: feedNames(plan),
    params: resolvedParams(plan, code),
    definition,
    identity,
    created: now,
    status: "running",
    error: null,
    resultHash: null,
    figures: null,
  };
  await ports.runs.put(record);
  return record;
}

/**
 * Ends a live run: its record states its result for what it has folded, or that it failed. Throws InputError for a run
 * that is not live or has traded no bar yet, and where `archive` has not stored its last results yet: the run is stopped
 * then, and to stop it again completes its record.
 */
export async function stopPaperRun(ports: PaperRunPorts, id: string): Promise<RunRecord> {
  const record = await ports.runs.get(id);
  if (record === null || record.kind !== "paper" || record.status !== "running") {
    throw new InputError("not-found", `no live run '${id}': 'npx millrace runs' lists what there is`);
  }
  const end = await stopLiveRun(ports, record);
  if (end === null) {
    throw new InputError("no-data", `run ${id} has traded no bar yet: let it go on, or remove it`);
  }
  const stopped: RunRecord =
    end.failure === null
      ? { ...record, status: "finished", resultHash: end.resultHash, figures: await liveFigures(ports, record, end) }
      : { ...record, status: "failed", error: end.failure };
  await ports.runs.put(stopped);
  return stopped;
}

async function liveFigures(ports: PaperRunPorts, record: RunRecord, end: RunEnd): Promise<RunRecord["figures"]> {
  const { cycles, fills, trades } = await ports.results.read(record.run);
  const last = cycles.time[cycles.length - 1];
  if (last !== end.clock - 1) {
    throw new InputError(
      "no-data",
      `run ${record.run} is stopped, but its results up to ${new Date(end.clock).toISOString()} are not stored yet: stop ` +
        "it again in a moment",
    );
  }
  const plan = parsePlan(record.definition);
  const { feed } = plan.feeds[0]!;
  const candles = await candleColumns(ports, { ...feed, choice: "known", from: plan.tradeFrom, to: last + 1 });
  return figuresOf(plan, { cycles, fills, trades }, candles);
}
