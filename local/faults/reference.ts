import type { StreamPorts } from "#local/embedded/stream-host.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import type { StrategyCatalog } from "#shared/ports/strategy-catalog.ts";
import { TICKS } from "#shared/wire/topics.ts";
import { chainPorts, drain, outcomeIn, STAGES } from "./memory-chain.ts";
import type { OutcomeWriter } from "./outcome.ts";
import { asKnown } from "./scenario.ts";

/** What the platform makes of records when nothing goes wrong, and the stores that then hold it. */
export interface Reference {
  readonly published: OutcomeWriter;
  readonly ports: StreamPorts;
}

/**
 * Feeds the whole platform in one process with the records that topic `ticks` held, each of them once and in order, one
 * at a time.
 */
export async function referenceOf(
  ticks: readonly LogRecord[],
  runs: readonly RunRecord[],
  catalog: StrategyCatalog,
): Promise<Reference> {
  const ports = chainPorts(catalog);
  await drain(ports, STAGES, runs);
  for (const { key, value } of distinct(ticks)) {
    await ports.log.publish(TICKS, [{ key, value: value === null ? null : asKnown(value) }]);
    await drain(ports, STAGES);
  }
  return { published: await outcomeIn(ports), ports };
}

/** In the order in which the log took them; a block that was published again is left out. */
function distinct(ticks: readonly LogRecord[]): LogRecord[] {
  const seen = new Set<string>();
  const ordered = ticks.toSorted((a, b) => a.appendTime - b.appendTime || a.offset - b.offset);
  return ordered.filter(({ key, value }) => {
    const name = `${key} ${value === null ? "a tombstone" : new TextDecoder().decode(value)}`;
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew;
  });
}
