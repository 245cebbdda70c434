import { InputError } from "../market/input-error.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import { liveFigures } from "./live-figures.ts";
import { standOf, stopLiveRun } from "./live-run-life.ts";
import type { PaperRunPorts } from "./paper-run.ts";
import type { ReadCandlesPorts } from "./read-candles.ts";
import { registerLiveRun } from "./register-run.ts";
import { endRun } from "./run-changes.ts";
import type { RunCode, RunPlan } from "./run-plan.ts";

/**
 * Registers the run of a replay, whose candles, those of its warm-up too, all come on topic `replay-candles` under keys
 * that begin with `run`. `now`: ms UTC. Throws InputError as `startPaperRun`.
 */
export async function startReplayRun(
  ports: PaperRunPorts,
  plan: RunPlan,
  code: RunCode,
  run: string,
  now: number,
): Promise<RunRecord> {
  return registerLiveRun(ports, plan, code, { kind: "replay", idOf: () => run, now });
}

/**
 * Ends a replay's run that has folded everything: each of its instruments has ended on the stream. Its record states
 * result and figures, or that it failed. Repeats give the same. Throws InputError 'no-data' where it has not folded
 * everything, or where `archive` has not stored all its results yet: finish it again in a moment.
 * @param store where its candles came from
 */
export async function finishReplayRun(
  ports: PaperRunPorts,
  run: string,
  store: ReadCandlesPorts = ports,
): Promise<RunRecord> {
  const record = await replayRecord(ports, run);
  if (record.status !== "running") return record;
  const { failure, complete } = await standOf(ports, record);
  if (failure === null && !complete) {
    throw new InputError("no-data", `run ${run} has not folded all its candles yet: finish it again in a moment`);
  }
  return endAs(ports, record, "finished", store);
}

/**
 * Stops a replay's run before its end: its record states result and figures so far. As `finishReplayRun` otherwise.
 * @param store null where it is gone: for a record without figures
 */
export async function stopReplayRun(
  ports: PaperRunPorts,
  run: string,
  store: ReadCandlesPorts | null = ports,
): Promise<RunRecord> {
  const record = await replayRecord(ports, run);
  return record.status === "running" ? endAs(ports, record, "stopped", store) : record;
}

async function replayRecord({ runs }: PaperRunPorts, run: string): Promise<RunRecord> {
  const record = await runs.get(run);
  if (record !== null && record.kind === "replay") return record;
  throw new InputError(
    "not-found",
    `no run of a replay is called '${run}': 'npx millrace replay list' lists what there is`,
  );
}

async function endAs(
  ports: PaperRunPorts,
  record: RunRecord,
  status: "finished" | "stopped",
  store: ReadCandlesPorts | null,
): Promise<RunRecord> {
  const end = await stopLiveRun(ports, record);
  const figures = store === null ? null : await liveFigures({ ...store, results: ports.results }, record, end);
  return endRun(ports, record, status, figures, end);
}
