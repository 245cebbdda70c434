import type { EventLog } from "../ports/event-log.ts";
import type { LiveRunRegistry, RunRecord } from "../ports/run-registry.ts";
import { encodeRunRecord } from "../wire/run-event-records.ts";
import { RUN_EVENTS } from "../wire/topics.ts";
import type { RunEnd } from "./live-run-life.ts";
import type { Output } from "./stage.ts";

export interface RunChangePorts {
  readonly runs: LiveRunRegistry;
  readonly log: EventLog;
}

/** Registers a live run, and tells the stream; the run's first step tells it once more (`outputOf`). */
export async function registerRun(ports: RunChangePorts, record: RunRecord): Promise<void> {
  // First the registry: nobody shall see a run that nobody steps.
  await ports.runs.put(record);
  await tell(ports, record);
}

/**
 * Changes the record of a live run: `change` is given it as it is held, again where another was faster, and decides what
 * it becomes; null leaves it. Resolves to the record as it is held then. Tells the stream first: what breaks off in between
 * is asked for again. Throws Error for a run that is not registered.
 */
export async function changeRun(
  ports: RunChangePorts,
  run: string,
  change: (held: RunRecord) => RunRecord | null,
): Promise<RunRecord> {
  for (let lost = false; ; lost = true) {
    const held = await ports.runs.get(run);
    if (held === null) throw new Error(`run ${run} is not registered`);
    const changed = change(held);
    if (changed === null) {
      // The stream was told of a change that another forestalled: of two with one version its readers keep the last.
      if (lost) await tell(ports, held);
      return held;
    }
    const next = { ...changed, version: held.version + 1 };
    await tell(ports, next);
    if (await ports.runs.replace(next)) return next;
  }
}

/** Records how a running run stands that takes no step any more: as `status`, or that it failed. */
export function endRun(
  ports: RunChangePorts,
  { run }: RunRecord,
  status: "stopped" | "finished",
  figures: RunRecord["figures"],
  { failure, resultHash, clock }: RunEnd,
): Promise<RunRecord> {
  return changeRun(ports, run, (held) => {
    if (held.status !== "running") return null;
    if (failure !== null) return { ...held, status: "failed", error: failure };
    return { ...held, status, error: null, resultHash, until: clock, figures };
  });
}

/** What tells the stream of a run's record. */
export function outputOf(record: RunRecord): Output {
  return { topic: RUN_EVENTS, key: record.run, value: encodeRunRecord(record) };
}

async function tell({ log }: RunChangePorts, record: RunRecord): Promise<void> {
  const { topic, key, value } = outputOf(record);
  await log.publish(topic, [{ key, value }]);
}
