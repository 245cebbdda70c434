import { setTimeout as sleep } from "node:timers/promises";
import { STREAM_FUNCTIONS } from "#functions/topology.ts";
import type { QuestdbConnection } from "#shared/adapters/questdb/connection.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import { encodeKafkaEvent } from "#shared/wire/kafka-event.ts";
import { allRecords } from "./all-records.ts";
import type { ArmedFaults } from "./armed-faults.ts";
import { BundleProcess } from "./bundle-process.ts";
import { type DiskFault, resumeTables } from "./disk-fault.ts";
import type { FaultSpec } from "./fault-plan.ts";
import type { FaultServers } from "./fault-servers.ts";
import type { FaultyChain } from "./faulty-chain.ts";
import type { StageName } from "./memory-chain.ts";
import type { Bundles } from "./test-bundles.ts";
import { until } from "./until.ts";

/** Longer than a function may take, and than clients wait for an answer. */
const PAUSE_MS = 10_000;
const SECOND_HOST_MS = 8_000;
/** How long a fault may take to show. */
const EFFECT_MS = 60_000;
const BATCH = 100;
const NOWHERE = "127.0.0.1:0";

export interface InjectorParts {
  readonly chain: FaultyChain;
  readonly servers: FaultServers;
  readonly armed: ArmedFaults;
  readonly disk: DiskFault;
  readonly questdb: QuestdbConnection;
  /** Of functions without armed faults, for a second event source and a second host. */
  readonly plain: Bundles;
}

/** Lets faults happen to the chain on servers. */
export class Injector {
  readonly #parts: InjectorParts;
  #groups = 0;
  /** One of these at a time: each has to be survived by itself first. */
  #serverFaults: Promise<void> = Promise.resolve();
  readonly #others: Promise<void>[] = [];

  constructor(parts: InjectorParts) {
    this.#parts = parts;
  }

  /** Begins a fault; what is published goes on meanwhile. */
  inject(fault: FaultSpec): void {
    switch (fault.kind) {
      case "kill function":
        this.#others.push(this.#killFunction(fault.stage, fault));
        return;
      case "kill process":
        this.#others.push(until(`kill a process of ${fault.stage}`, EFFECT_MS, () => this.#kill(fault.stage)));
        return;
      case "slow invocation":
        this.#others.push(this.#slowInvocation(fault.stage));
        return;
      case "deliver again":
        this.#others.push(this.#deliverAgain(fault.stage));
        return;
      case "second host":
        this.#others.push(this.#secondHost());
        return;
      default:
        this.#serverFaults = this.#serverFaults.then(() => this.#serverFault(fault));
        // Told by `done`.
        this.#serverFaults.catch(() => {});
    }
  }

  /** Resolves when all faults have happened and are over. Throws where one did not. */
  async done(): Promise<void> {
    await this.#serverFaults;
    await Promise.all(this.#others);
  }

  #kill(stage: StageName): Promise<boolean> {
    return this.#parts.chain.killOne(stage);
  }

  async #killFunction(stage: StageName, { moment }: FaultSpec & { readonly kind: "kill function" }): Promise<void> {
    const { armed } = this.#parts;
    armed.armKill(stage, moment);
    await until(`kill ${stage} ${moment}`, EFFECT_MS, () => !armed.isArmed(stage, moment, "kill"));
  }

  async #serverFault(fault: FaultSpec): Promise<void> {
    const { servers } = this.#parts;
    if (fault.kind === "kill server") await servers.crash(fault.server);
    else if (fault.kind === "pause server") {
      servers.pause(fault.server);
      await sleep(PAUSE_MS);
      servers.resume(fault.server);
    } else if (fault.kind === "fill disk") await this.#fillDisk();
    // Until all is well again.
    await sleep(2_000);
  }

  async #fillDisk(): Promise<void> {
    const { chain, disk, servers, questdb } = this.#parts;
    const began = Date.now();
    disk.fill();
    try {
      await until("fail for a full disk", EFFECT_MS, async () =>
        (await chain.sources()).some(
          ({ function: name, lastError }) =>
            name === "archive" &&
            lastError !== null &&
            lastError.since > began &&
            lastError.message.includes("QuestDB"),
        ),
      );
    } finally {
      disk.free();
    }
    await servers.revive("questdb");
    await until("resume tables", EFFECT_MS, async () => {
      await resumeTables(questdb);
      return true;
    });
  }

  /** Stands still before it publishes, while another event source hands the same batch and later ones to others. */
  async #slowInvocation(stage: StageName): Promise<void> {
    const { armed, chain, plain } = this.#parts;
    const moment = "before outputs";
    const topic = topicsOf(stage)[0]!;
    const group = `${stage}/${topic}`;
    const other = new BundleProcess(plain[stage], chain.environment);
    try {
      await until(`let another invocation of ${stage} overtake one`, EFFECT_MS, async () => {
        // Ready before it is needed: the host ends an invocation that stands still for too long.
        await other.invoke(encodeKafkaEvent(NOWHERE, []));
        armed.armHold(stage, moment);
        await until(`hold ${stage}`, EFFECT_MS, () => !armed.isArmed(stage, moment, "hold"));
        // What is in flight was not committed: it comes first, and with it what was published since.
        const records = await chain.log.poll(group, topic, BATCH);
        if (records.length === 0) throw new Error("what is in flight is not there");
        await other.invoke(encodeKafkaEvent(NOWHERE, records));
        return armed.release(stage, moment);
      });
    } finally {
      other.kill();
    }
  }

  async #deliverAgain(stage: StageName): Promise<void> {
    for (const topic of topicsOf(stage)) {
      let records: readonly LogRecord[] = [];
      // Another fault may have taken the log away.
      await until(`read ${topic} again`, EFFECT_MS, async () => {
        records = await allRecords(this.#parts.chain.log, `again/${this.#groups++}`, topic);
        return true;
      });
      for (let at = 0; at < records.length; at += BATCH) {
        await this.#invoke(stage, records.slice(at, at + BATCH));
      }
    }
  }

  /** Hands records to a process that the host knows nothing of, until it succeeds. */
  async #invoke(stage: StageName, records: readonly LogRecord[]): Promise<void> {
    const { plain, chain } = this.#parts;
    const other = new BundleProcess(plain[stage], chain.environment);
    try {
      await until(`invoke ${stage} beside the host`, EFFECT_MS, async () => {
        await other.invoke(encodeKafkaEvent(NOWHERE, records));
        return true;
      });
    } finally {
      other.kill();
    }
  }

  async #secondHost(): Promise<void> {
    const { chain, plain } = this.#parts;
    const second = await chain.newHost(plain);
    await sleep(SECOND_HOST_MS);
    await second.stop(0);
  }
}

function topicsOf(stage: StageName): readonly string[] {
  return STREAM_FUNCTIONS.filter(({ name, topic }) => name === stage && !topic.startsWith("replay-")).map(
    ({ topic }) => topic,
  );
}
