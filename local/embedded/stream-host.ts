import { groupOf, STREAM_FUNCTIONS, type StreamFunction } from "#functions/topology.ts";
import { aggregate } from "#shared/app/aggregate.ts";
import { type ArchivePorts, archive } from "#shared/app/archive.ts";
import { type StepStrategiesPorts, stepStrategies } from "#shared/app/step-strategies.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";

export type StreamPorts = Omit<ArchivePorts, "runs"> & StepStrategiesPorts;

/** Serves the stream functions in one process: a batch at a time, offsets committed after success only. */
export class StreamHost {
  readonly #ports: StreamPorts;
  readonly #onDrained: () => Promise<void>;

  /** `onDrained` is called whenever no topic has a record left. */
  constructor(ports: StreamPorts, onDrained: () => Promise<void> = async () => {}) {
    this.#ports = ports;
    this.#onDrained = onDrained;
  }

  /**
   * Runs every function until no topic has a record left for it. Throws what a function throws, with its batch not
   * committed: the next call delivers it again.
   */
  async drain(): Promise<void> {
    let worked = true;
    while (worked) {
      worked = false;
      for (const each of STREAM_FUNCTIONS) if (await this.#step(each)) worked = true;
    }
    await this.#onDrained();
  }

  async #step(each: StreamFunction): Promise<boolean> {
    const { log } = this.#ports;
    const group = groupOf(each);
    const records = await log.poll(group, each.topic, each.batchSize);
    if (records.length === 0) return false;
    await this.#invoke(each.name, records);
    await log.commit(group, records);
    return true;
  }

  async #invoke(name: StreamFunction["name"], records: readonly LogRecord[]): Promise<void> {
    switch (name) {
      case "archive":
        // Its registry and its store are one: a run's record is there before the stream tells of it.
        return archive({ ...this.#ports, runs: { put: async () => {} } }, records);
      case "aggregate":
        return aggregate(this.#ports, records);
      case "step-strategies":
        return stepStrategies(this.#ports, records);
    }
  }
}
