import type { EventLog, LogRecord, OutgoingRecord } from "#shared/ports/event-log.ts";
import type { BatchReport, Telemetry } from "#shared/ports/telemetry.ts";
import { decodeKafkaEvent, type KafkaEvent } from "#shared/wire/kafka-event.ts";

/** A stream function: what it opens once a process, and what it does with a batch. */
export interface StreamHandler<Ports extends { readonly log: EventLog }> {
  readonly stage: string;
  /** Gives the function's ports. Throws where a server cannot be reached: it is asked again with the next batch. */
  readonly open: () => Promise<Ports>;
  readonly work: (ports: Ports, records: readonly LogRecord[]) => Promise<void>;
}

/**
 * Serves one batch of a Kafka trigger and tells of each of its partitions. Throws what went wrong: then the event source
 * delivers the whole batch again, which changes nothing of what was done.
 */
export async function serveBatch<Ports extends { readonly log: EventLog }>(
  { stage, open, work }: StreamHandler<Ports>,
  event: KafkaEvent,
  telemetry: Telemetry,
): Promise<void> {
  const began = performance.now();
  const outputs: Record<string, number> = {};
  let records: readonly LogRecord[] = [];
  const tell = (error: string | null): void => {
    const end = { outputs, ms: Math.round(performance.now() - began), error };
    for (const report of reportsOf(stage, records, Date.now(), end)) telemetry.batch(report);
  };
  try {
    records = decodeKafkaEvent(event);
    const ports = await open();
    await work({ ...ports, log: countingLog(ports.log, outputs) }, records);
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    throw error;
  }
  tell(null);
}

function reportsOf(
  stage: string,
  records: readonly LogRecord[],
  now: number,
  end: Pick<BatchReport, "outputs" | "ms" | "error">,
): BatchReport[] {
  const partitions = Map.groupBy(records, ({ topic, partition }) => `${topic}-${partition}`);
  return [...partitions.values()].map((some) => {
    const first = some[0]!;
    return {
      stage,
      topic: first.topic,
      partition: first.partition,
      firstOffset: first.offset,
      lastOffset: some.at(-1)!.offset,
      records: some.length,
      ...end,
      ageMs: now - some.reduce((oldest, { appendTime }) => Math.min(oldest, appendTime), now),
      outcome: end.error === null ? "done" : "failed",
    };
  });
}

/** The same log, which counts what it took, by topic. */
function countingLog(log: EventLog, counts: Record<string, number>): EventLog {
  return {
    publish: async (topic, records: readonly OutgoingRecord[]) => {
      await log.publish(topic, records);
      counts[topic] = (counts[topic] ?? 0) + records.length;
    },
    poll: (group, topic, limit) => log.poll(group, topic, limit),
    commit: (group, records) => log.commit(group, records),
    positions: (group, topic) => log.positions(group, topic),
  };
}
