import { InputError } from "../../market/input-error.ts";
import type { RunRecord, RunRegistry } from "../../ports/run-registry.ts";
import { parseReplayRun } from "../../wire/replay-keys.ts";
import { planInForce } from "../plan-in-force.ts";
import { identityOf, parsePlan, withSpecs } from "../run-plan.ts";
import type { ReplayRuns, ReplayStore } from "./replay-ports.ts";
import type { ReplaySession } from "./replay-session.ts";

/**
 * Stops the runs of a session's generations before `generation` that still run. Resolves to whether the records of all
 * are complete: of one whose last results are not stored yet it is to be asked again, though it takes no step any more. `store`: as `ReplayRuns`
 * has it.
 */
export async function stopRunsBefore(
  { runs, replayRuns }: { readonly runs: RunRegistry; readonly replayRuns: ReplayRuns },
  store: ReplayStore | null,
  { session }: ReplaySession,
  generation: number,
): Promise<boolean> {
  let complete = true;
  for (const { kind, run } of await runs.running()) {
    const of = kind === "replay" ? parseReplayRun(run) : null;
    if (of?.session !== session || of.generation >= generation) continue;
    if ((await unlessNotStored(() => replayRuns.stop(run, store))) === null) complete = false;
  }
  return complete;
}

/** The record of a run of `store`'s candles under the trading rules in force at the first of them. */
export async function inForce(store: ReplayStore, record: RunRecord): Promise<RunRecord> {
  const plan = await planInForce(store, parsePlan(record.definition));
  const definition = withSpecs(record.definition, plan);
  return { ...record, definition, identity: identityOf(definition) };
}

/** Null where `work` finds that results are not stored yet. */
export async function unlessNotStored<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError && error.code === "no-data") return null;
    throw error;
  }
}
