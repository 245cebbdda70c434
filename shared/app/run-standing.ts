import type { RunRecord } from "../ports/run-registry.ts";
import { decodeLiveRun } from "./live-run-state.ts";
import { RunCodeWaits } from "./open-run.ts";
import { changeRun, type RunChangePorts } from "./run-changes.ts";
import { OtherSchemaError } from "./stage.ts";

/** Records what has become of a run by its step, which left it in this state. */
export async function follow(ports: RunChangePorts, record: RunRecord, committed: Uint8Array | null): Promise<void> {
  const state = decodeLiveRun(committed);
  if (state.status === "failed") await fail(ports, record, state.why);
  else await say(ports, record, null);
}

/** Records what keeps a run from its steps where that is its own affair; throws anything else on. */
export async function sayWhy(ports: RunChangePorts, record: RunRecord, error: unknown): Promise<void> {
  if (error instanceof RunCodeWaits) return say(ports, record, error.message);
  if (!(error instanceof OtherSchemaError)) throw error;
  // The records of a replay do not come again.
  if (record.kind === "replay") return fail(ports, record, error.message);
  await say(ports, record, `run ${record.run} waits: ${error.message}`);
}

/** Records what a running run waits for; null: for nothing. */
export async function say(ports: RunChangePorts, record: RunRecord, why: string | null): Promise<void> {
  if (record.error === why) return;
  await changeRun(ports, record.run, (held) => (held.status === "running" ? { ...held, error: why } : null));
}

/** Records why a running run has failed. */
async function fail(ports: RunChangePorts, record: RunRecord, why: string): Promise<void> {
  await changeRun(ports, record.run, (held) =>
    held.status === "running" ? { ...held, status: "failed", error: why } : null,
  );
}
