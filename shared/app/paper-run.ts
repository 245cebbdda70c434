import { InputError } from "../market/input-error.ts";
import type { ResultStore } from "../ports/result-store.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import { liveFigures } from "./live-figures.ts";
import { continueLiveRun, stopLiveRun } from "./live-run-life.ts";
import { registerLiveRun } from "./register-run.ts";
import { changeRun, endRun } from "./run-changes.ts";
import { identityOf, pinnedCode, type RunCode, type RunPlan } from "./run-plan.ts";
import type { StepStrategiesPorts } from "./step-strategies.ts";

export interface PaperRunPorts extends StepStrategiesPorts {
  readonly results: ResultStore;
}

/**
 * Registers a run on live candles: from now on `step-strategies` keeps and folds them. Its id is made from what it is
 * and when it was registered (`now`, ms UTC). Throws InputError for a plan that cannot run, and where its code is not
 * where live runs find it.
 */
export async function startPaperRun(
  ports: PaperRunPorts,
  plan: RunPlan,
  code: RunCode,
  now: number,
): Promise<RunRecord> {
  const idOf = (identity: string): string => `paper-${identityOf(`${identity}@${now}`).slice(0, 12)}`;
  return registerLiveRun(ports, plan, code, { kind: "paper", idOf, now });
}

/**
 * Stops a live run, at any time: its record states its result for what it has folded, where it has traded a bar, or that
 * it failed. It can be resumed. Throws InputError for a run that is not live, and where `archive` has not stored its last
 * results yet: the run is stopped then, and to stop it again completes its record.
 */
export async function stopPaperRun(ports: PaperRunPorts, id: string): Promise<RunRecord> {
  const record = await ports.runs.get(id);
  if (record === null || record.kind !== "paper" || record.status !== "running") {
    throw new InputError("not-found", `no live run '${id}': 'npx millrace paper list' lists what there is`);
  }
  const end = await stopLiveRun(ports, record);
  return endRun(ports, record, "stopped", await liveFigures(ports, record, end), end);
}

/**
 * Lets a stopped run go on, from the state in which it stopped: what closed meanwhile comes from the store, as it was
 * known, everything after from the stream, so that it is as if it had never stopped. Throws InputError for a run that is
 * not stopped, and for one whose code is gone.
 */
export async function resumePaperRun(ports: PaperRunPorts, id: string): Promise<RunRecord> {
  const record = await ports.runs.get(id);
  if (record === null || record.kind !== "paper") {
    throw new InputError("not-found", `no paper run '${id}': 'npx millrace paper list' lists what there is`);
  }
  const anew = `start a new one with 'npx millrace paper start ${record.strategy} …'`;
  if (record.status === "running") throw new InputError("conflict", `run ${id} is not stopped: it is running`);
  if (record.status === "failed") {
    throw new InputError("conflict", `run ${id} has failed and cannot go on: mend its strategy, then ${anew}`);
  }
  await requireCode(ports, record, anew);
  const { failure } = await continueLiveRun(ports, record);
  if (failure !== null) throw new InputError("conflict", `run ${id} has failed and cannot go on: ${failure}; ${anew}`);
  return changeRun(ports, id, (held) =>
    held.status === "stopped"
      ? { ...held, status: "running", error: null, resultHash: null, until: null, figures: null }
      : null,
  );
}

async function requireCode({ artefacts }: PaperRunPorts, { run, definition }: RunRecord, anew: string): Promise<void> {
  try {
    await artefacts.load(pinnedCode(definition));
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(
      cause.code,
      `run ${run} cannot go on, as its code is not there: ${cause.message}; put it back as it was, or ${anew}`,
      { cause },
    );
  }
}
