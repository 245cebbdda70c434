import type { EventLog } from "../ports/event-log.ts";
import type { RunRecord, RunRegistry } from "../ports/run-registry.ts";
import { encodeRunRecord } from "../wire/run-event-records.ts";
import { RUN_EVENTS } from "../wire/topics.ts";

export interface RunChangePorts {
  readonly runs: RunRegistry;
  readonly log: EventLog;
}

/** Registers a live run, and tells the stream. */
export async function registerRun(ports: RunChangePorts, record: RunRecord): Promise<void> {
  // First the registry: nobody shall see a run that nobody steps.
  await ports.runs.put(record);
  await tell(ports, record);
}

/** Records what has become of a live run, and tells the stream first: what breaks off in between is asked for again. */
export async function changeRun(ports: RunChangePorts, record: RunRecord): Promise<void> {
  await tell(ports, record);
  await ports.runs.put(record);
}

async function tell({ log }: RunChangePorts, record: RunRecord): Promise<void> {
  await log.publish(RUN_EVENTS, [{ key: record.run, value: encodeRunRecord(record) }]);
}
