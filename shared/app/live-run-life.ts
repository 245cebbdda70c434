import { instrumentKey } from "../market/instrument.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import { DecodedCandles } from "./decoded-candles.ts";
import type { SteppedRun } from "./live-run.ts";
import { decodeLiveRun, encodeLiveRun, LIVE_RUN_SCHEMA } from "./live-run-state.ts";
import { openRun, RunCodeWaits } from "./open-run.ts";
import { parsePlan, type RunPlan } from "./run-plan.ts";
import { loadState, type Output, publish } from "./stage.ts";
import { MOST_PATIENCE, STEP_STRATEGIES, type StepStrategiesPorts } from "./step-strategies.ts";

/** How a live run stands. */
export interface RunEnd {
  /** Why it failed; null otherwise. */
  readonly failure: string | null;
  /** Null for a failed one, and where no bar was traded on. */
  readonly resultHash: string | null;
  /** Close time of the bars of its last cycle, ms UTC; 0 before the first. */
  readonly clock: number;
  /** Whether every instrument of it has ended. */
  readonly complete: boolean;
}

/** How a run stands, having folded what it had kept. Its code need not be there. Throws OtherSchemaError, as all below. */
export async function standOf(ports: StepStrategiesPorts, record: RunRecord): Promise<RunEnd> {
  const plan = parsePlan(record.definition);
  await stepKept(ports, record, plan);
  return endOf(plan, (await loadState(ports.checkpoints, stateKeyOf(record)))?.state ?? null);
}

function stateKeyOf({ run }: RunRecord) {
  return { stage: STEP_STRATEGIES, key: run, schema: LIVE_RUN_SCHEMA };
}

function endOf(plan: RunPlan, bytes: Uint8Array | null): RunEnd {
  const state = decodeLiveRun(bytes);
  if (state.status === "failed") return { failure: state.why, resultHash: null, clock: 0, complete: false };
  const ended = new Set(state.begun?.ended);
  return {
    failure: null,
    resultHash: state.begun?.resultHash ?? null,
    clock: state.begun?.clock ?? 0,
    complete: plan.feeds.every(({ feed }) => ended.has(instrumentKey(feed.instrument))),
  };
}

/**
 * Stops a live run, under the same condition as its steps, so that none comes between; repeats give the same. Its state
 * stays in its checkpoint.
 */
export async function stopLiveRun(ports: StepStrategiesPorts, record: RunRecord): Promise<RunEnd> {
  const plan = parsePlan(record.definition);
  await stepKept(ports, record, plan);
  return switchTo(ports, record, plan, "stopped");
}

/** Lets a stopped run go on: it takes from the store what it missed. Repeats give the same. */
export async function continueLiveRun(ports: StepStrategiesPorts, record: RunRecord): Promise<RunEnd> {
  return switchTo(ports, record, parsePlan(record.definition), "live");
}

async function switchTo(
  { checkpoints }: Pick<StepStrategiesPorts, "checkpoints">,
  record: RunRecord,
  plan: RunPlan,
  status: "live" | "stopped",
): Promise<RunEnd> {
  for (;;) {
    const stored = await loadState(checkpoints, stateKeyOf(record));
    const state = decodeLiveRun(stored?.state ?? null);
    if (state.status === "failed" || (stored !== null && state.status === status)) {
      return endOf(plan, stored?.state ?? null);
    }
    // What was kept is in the store by the time that it goes on.
    const next = encodeLiveRun({ status, begun: state.begun, kept: [] });
    const checkpoint = { schema: LIVE_RUN_SCHEMA, state: next, fence: stored?.fence ?? [] };
    if (await checkpoints.commit(STEP_STRATEGIES, record.run, stored?.version ?? 0, checkpoint))
      return endOf(plan, next);
  }
}

/** Folds what a run has kept, where it can by now. */
async function stepKept(ports: StepStrategiesPorts, record: RunRecord, plan: RunPlan): Promise<void> {
  const batch = new DecodedCandles();
  for (let patience = 1; ; ) {
    const stored = await loadState(ports.checkpoints, stateKeyOf(record));
    const held = decodeLiveRun(stored?.state ?? null);
    if (stored === null || held.status !== "live" || held.kept.length === 0) return;
    let state: SteppedRun;
    try {
      state = await openRun(ports, record, plan, stored.state, [], batch);
    } catch (error) {
      if (error instanceof RunCodeWaits) return;
      throw error;
    }
    const outputs: Output[] = [];
    let fault: unknown = null;
    const work = (): void => {
      try {
        outputs.push(...state.foldKept());
      } catch (error) {
        fault = error;
      }
    };
    const outcome = ports.watchdog.watch([work], patience)[0]!;
    if (fault !== null) throw fault;
    if (outcome === "interrupted" && patience < MOST_PATIENCE) {
      patience *= 2;
      continue;
    }
    if (outcome !== "done") state.neverBack(outcome, ports.watchdog.seconds, patience);
    await publish(ports.log, outputs);
    const next = { schema: LIVE_RUN_SCHEMA, state: state.encode(), fence: stored.fence };
    if (await ports.checkpoints.commit(STEP_STRATEGIES, record.run, stored.version, next)) return;
  }
}
