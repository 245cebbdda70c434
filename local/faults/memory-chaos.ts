import { STREAM_FUNCTIONS, type StreamFunction } from "#functions/topology.ts";
import type { StreamPorts } from "#local/embedded/stream-host.ts";
import { WarmUpWaits } from "#shared/app/warm-start.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import type { FaultSpec } from "./fault-plan.ts";
import { type Moment, type Reach, withFaultPoints } from "./fault-points.ts";
import type { StageName, Stages } from "./memory-chain.ts";
import type { Publication } from "./scenario.ts";
import { Seeded } from "./seeded.ts";

/** The process of a function was killed. */
class Killed extends Error {
  override readonly name = "Killed";
}

interface Delivery {
  readonly stage: StageName;
  readonly records: readonly LogRecord[];
}

/** The chain in memory while faults happen to it: small batches, each repeated until it succeeds. */
export class MemoryChaos {
  readonly #ports: StreamPorts;
  readonly #stages: Stages;
  readonly #random: Seeded;
  readonly #delivered: Delivery[] = [];
  #kill: { readonly stage: StageName; readonly moment: Moment } | null = null;
  #slow: StageName | null = null;

  constructor(ports: StreamPorts, stages: Stages, seed: number) {
    this.#ports = ports;
    this.#stages = stages;
    this.#random = new Seeded(seed, "chaos in memory");
  }

  async publish({ topic, key, value }: Publication): Promise<void> {
    await this.#ports.log.publish(topic, [{ key, value }]);
  }

  /** Lets a fault happen: at once, or to the next batch that gets there. */
  async inject(fault: FaultSpec): Promise<void> {
    if (fault.kind === "kill function") this.#kill = fault;
    else if (fault.kind === "slow invocation") this.#slow = fault.stage;
    else if (fault.kind === "deliver again") await this.#deliverAgain(fault.stage);
    else throw new Error(`${fault.kind} needs servers`);
  }

  /** Serves all functions until no record is left. */
  async drain(): Promise<void> {
    for (let worked = true; worked; ) {
      worked = false;
      for (const each of STREAM_FUNCTIONS) if (await this.#step(each)) worked = true;
    }
  }

  async #step(each: StreamFunction): Promise<boolean> {
    const group = `${each.name}/${each.topic}`;
    const records = await this.#ports.log.poll(group, each.topic, this.#random.between(1, 6));
    if (records.length === 0) return false;
    if (this.#slow === each.name) {
      this.#slow = null;
      await this.#invokeSlowly(each, records);
      return true;
    }
    if (!(await this.#invoke(each.name, records))) return true;
    this.#delivered.push({ stage: each.name, records });
    await this.#ports.log.commit(group, records);
    return true;
  }

  /** Whether the batch was handled; otherwise it is to be handed out again. */
  async #invoke(stage: StageName, records: readonly LogRecord[], reach: Reach = async () => {}): Promise<boolean> {
    const ports = withFaultPoints(this.#ports, async (moment) => {
      if (this.#kill?.stage === stage && this.#kill.moment === moment) {
        this.#kill = null;
        throw new Killed(moment);
      }
      await reach(moment);
    });
    try {
      await this.#stages[stage](ports, records);
      return true;
    } catch (error) {
      // With batches of unequal sizes a warm-up may be ahead of the archive: it waits.
      if (error instanceof Killed || error instanceof WarmUpWaits) return false;
      throw error;
    }
  }

  /** An invocation stands still before it publishes; its successor takes the same batch and later ones meanwhile. */
  async #invokeSlowly(each: StreamFunction, records: readonly LogRecord[]): Promise<void> {
    const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let isHeld = false;
    const slow = this.#invoke(each.name, records, async (moment) => {
      if (moment !== "before outputs" || isHeld) return;
      isHeld = true;
      held.resolve();
      await release.promise;
    });
    await Promise.race([held.promise, slow]);
    for (let batch = 0; batch < 4; batch++) await this.#step(each);
    release.resolve();
    if (await slow) await this.#ports.log.commit(`${each.name}/${each.topic}`, records);
  }

  /** As where an event source has lost its place, and begins with the oldest record. */
  async #deliverAgain(stage: StageName): Promise<void> {
    for (const delivery of this.#delivered.filter((each) => each.stage === stage)) {
      await this.#invoke(stage, delivery.records);
    }
  }
}
