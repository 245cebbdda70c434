import type { RunRecord } from "../ports/run-registry.ts";

/** Of several records of one run the last of the latest version: what a registry holds once all are put in order. */
export function latestRecords(records: readonly RunRecord[]): RunRecord[] {
  const latest = new Map<string, RunRecord>();
  for (const record of records) {
    const held = latest.get(record.run);
    if (held === undefined || held.version <= record.version) latest.set(record.run, record);
  }
  return [...latest.values()];
}
