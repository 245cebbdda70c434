import { join } from "node:path";
import { FUNCTIONS, groupOf, STREAM_FUNCTIONS } from "#functions/topology.ts";
import type { SourceStatus } from "#local/host/event-source.ts";
import { type Host, startHost } from "#local/host/host.ts";
import type { FollowableLog } from "#shared/ports/event-log.ts";
import type { StageName } from "./memory-chain.ts";
import type { Publication } from "./scenario.ts";
import type { Bundles } from "./test-bundles.ts";
import { until } from "./until.ts";

/** Records may wait for as long as servers are away, and functions for as long as their pauses grow. */
const DRAIN_MS = 120_000;
const PUBLISH_MS = 90_000;
/** An invocation that stands still is ended sooner than users would have it. */
const TIMEOUT_MS = 8_000;
const CONCURRENCY = 4;
/** How long a host that is stopped waits for batches, ms: what is cut off comes again. */
const STOP_MS = 1_000;

/** The chain on servers: the functions of a host, and the log through which they are fed. */
export class FaultyChain {
  readonly log: FollowableLog;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the host's log files. */
  readonly #folder: string;
  #host: Host | null = null;
  #hosts = 0;

  constructor(log: FollowableLog, environment: Readonly<Record<string, string>>, folder: string) {
    this.log = log;
    this.environment = environment;
    this.#folder = folder;
  }

  /** Starts a host with these bundles, in the place of the one that runs. */
  async serveWith(bundles: Bundles): Promise<void> {
    await this.stop();
    this.#host = await this.newHost(bundles);
  }

  newHost(bundles: Bundles): Promise<Host> {
    const functions = FUNCTIONS.flatMap(({ name, memoryMb }) => {
      const bundlePath = name in bundles ? bundles[name as keyof Bundles] : null;
      if (bundlePath === null) return [];
      const { environment } = this;
      return [{ name, bundlePath, environment, timeoutMs: TIMEOUT_MS, memoryMb, concurrency: CONCURRENCY }];
    });
    return startHost({
      log: this.log,
      bootstrapServers: this.environment["MILLRACE_KAFKA_BROKERS"]!,
      functions,
      tasks: [],
      folder: join(this.#folder, `host-${this.#hosts++}`),
      onEvent: () => {},
    });
  }

  async stop(): Promise<void> {
    await this.#host?.stop(STOP_MS);
    this.#host = null;
  }

  /** Publishes a record, again where nobody knows whether the log took it. */
  async publish({ topic, key, value }: Publication): Promise<void> {
    await until(`publish to ${topic}`, PUBLISH_MS, async () => {
      await this.log.publish(topic, [{ key, value }]);
      return true;
    });
  }

  /** Resolves when every function has handled all that there is for it. */
  async drained(): Promise<void> {
    let quiet = 0;
    await until("handle all records", DRAIN_MS, async () => {
      for (const each of STREAM_FUNCTIONS) {
        const positions = await this.log.positions(groupOf(each), each.topic);
        if (positions.every(({ next, end }) => next >= end)) continue;
        quiet = 0;
        return false;
      }
      // What one function published after it was asked about is there the next time.
      quiet++;
      return quiet === 2;
    });
  }

  /** Why a function fails on a topic now; null where it does not. */
  async failure(name: string, topic: string): Promise<string | null> {
    const source = (await this.sources()).find((each) => each.function === name && each.topic === topic);
    return source?.lastError?.message ?? null;
  }

  async sources(): Promise<readonly SourceStatus[]> {
    return (await this.#host?.status())?.sources ?? [];
  }

  /** Kills a process of a function, rather one that works; false where none runs. */
  async killOne(stage: StageName): Promise<boolean> {
    const pool = (await this.#host?.status())?.functions.find(({ name }) => name === stage);
    const [one] = pool?.processes.toSorted((a, b) => Number(b.busy) - Number(a.busy)) ?? [];
    if (one === undefined) return false;
    try {
      return process.kill(one.processId, "SIGKILL");
    } catch (error) {
      // It has ended since.
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
      throw error;
    }
  }
}
