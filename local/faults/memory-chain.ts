import { STREAM_FUNCTIONS, type StreamFunction, TOPICS } from "#functions/topology.ts";
import type { StreamPorts } from "#local/embedded/stream-host.ts";
import { memoryPorts } from "#local/embedded/test-chain.ts";
import { MemoryEventLog } from "#shared/adapters/memory/event-log.ts";
import { aggregate } from "#shared/app/aggregate.ts";
import { archive } from "#shared/app/archive.ts";
import { stepStrategies } from "#shared/app/step-strategies.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import type { StrategyCatalog } from "#shared/ports/strategy-catalog.ts";
import { CANDLES, RUN_EVENTS } from "#shared/wire/topics.ts";
import { allRecords } from "./all-records.ts";
import { type OutcomeWriter, publishedOutcome } from "./outcome.ts";

export type StageName = StreamFunction["name"];

/** What a function does with a batch. */
export type Work = (ports: StreamPorts, records: readonly LogRecord[]) => Promise<void>;
export type Stages = Readonly<Record<StageName, Work>>;

/** The stages as they are. The registry of live runs and the store's are one here: what the stream tells of runs is there. */
export const STAGES: Stages = {
  aggregate,
  archive: (ports, records) => archive({ ...ports, runs: { put: async () => {} } }, records),
  "step-strategies": stepStrategies,
};

/** All ports in memory, with a log that keeps every record and has holes in its offsets. */
export function chainPorts(catalog: StrategyCatalog): StreamPorts {
  const topics = TOPICS.map(({ name, partitions }) => ({
    name,
    partitions,
    groups: [],
    bound: Number.POSITIVE_INFINITY,
    holeEvery: 3,
  }));
  let clock = 0;
  return { ...memoryPorts(1, catalog), log: new MemoryEventLog(topics, () => clock++) };
}

/** Hands out every batch until nothing is left, in the order of the topology. */
export async function drain(ports: StreamPorts, stages: Stages, register: readonly RunRecord[] = []): Promise<void> {
  for (const run of register) await ports.runs.put(run);
  for (let worked = true; worked; ) {
    worked = false;
    for (const each of STREAM_FUNCTIONS) {
      const group = `${each.name}/${each.topic}`;
      const records = await ports.log.poll(group, each.topic, each.batchSize);
      if (records.length === 0) continue;
      await stages[each.name](ports, records);
      await ports.log.commit(group, records);
      worked = true;
    }
  }
}

export async function outcomeIn({ log }: Pick<StreamPorts, "log">): Promise<OutcomeWriter> {
  const [candles, runEvents] = [
    await allRecords(log, "the verdict", CANDLES),
    await allRecords(log, "the verdict", RUN_EVENTS),
  ];
  return publishedOutcome(candles, runEvents);
}
