import kafkajs, { type Message, type Producer } from "kafkajs";
import type Cluster from "kafkajs/src/cluster/index.js";
import { InputError } from "#shared/market/input-error.ts";
import type { FollowableLog, LogRecord, OutgoingRecord, PartitionPosition } from "#shared/ports/event-log.ts";
import { overdue, permanentFault, rootOf, untilDeadline } from "./faults.ts";
import { GroupReader } from "./group-reader.ts";
import { batchesOf } from "./record-batches.ts";
import { clusterOf, type KafkaSettings, kafkaOf } from "./settings.ts";
import { TopicDirectory } from "./topic-directory.ts";
import { TopicFollower } from "./topic-follower.ts";

/** For attempts that fail in time, and tell why. */
const GRACE_MS = 1_000;

/** Topics of a Kafka cluster. Calls go on through the loss of brokers, up to the deadline of the settings. */
export class KafkaEventLog implements FollowableLog {
  readonly #settings: KafkaSettings;
  readonly #cluster: Cluster;
  readonly #topics: TopicDirectory;
  readonly #reader: GroupReader;
  /** By group and topic. */
  readonly #followers = new Map<string, TopicFollower>();
  #producer: Promise<Producer> | null = null;

  private constructor(settings: KafkaSettings) {
    this.#settings = settings;
    this.#cluster = clusterOf(settings);
    this.#topics = new TopicDirectory(settings, this.#cluster);
    this.#reader = new GroupReader(settings, this.#cluster, this.#topics);
  }

  /** Connects. Throws InputError where no broker answers within the deadline, or refuses the user. */
  static async open(settings: KafkaSettings): Promise<KafkaEventLog> {
    return KafkaEventLog.#opened(new KafkaEventLog(settings), async () => {});
  }

  /** As `open`, with the connections at hand that the first record to publish would wait for. */
  static async openToPublish(settings: KafkaSettings): Promise<KafkaEventLog> {
    const log = new KafkaEventLog(settings);
    return KafkaEventLog.#opened(log, async () => {
      try {
        await log.#connectedProducer();
      } catch (error) {
        void log.#dropProducer();
        throw error;
      }
    });
  }

  static async #opened(log: KafkaEventLog, also: () => Promise<void>): Promise<KafkaEventLog> {
    const what = "be reached";
    const connect = () => Promise.all([log.#cluster.connect(), also()]);
    try {
      await log.#inTime(what, () => untilDeadline(what, log.#settings, connect), GRACE_MS);
    } catch (error) {
      // To end connections that are under way takes minutes where nobody answers.
      void log.close().catch(() => {});
      throw error;
    }
    return log;
  }

  /**
   * Resolves when all in-sync replicas hold all records. Throws InputError where a record is too large for its topic
   * (nothing is published), or the deadline is over: then each of the records may be in the log or not.
   */
  async publish(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const batches = batchesOf(topic, records);
    if (batches.length === 0) return;
    await this.#topics.partitionsOf(topic);
    for (const batch of batches) await this.#send(topic, batch);
  }

  poll(group: string, topic: string, limit: number): Promise<readonly LogRecord[]> {
    return this.#reader.poll(group, topic, limit);
  }

  commit(group: string, records: readonly LogRecord[]): Promise<void> {
    return this.#reader.commit(group, records);
  }

  positions(group: string, topic: string): Promise<readonly PartitionPosition[]> {
    return this.#reader.positions(group, topic);
  }

  async follow(
    group: string,
    topic: string,
    offsets: ReadonlyMap<number, number>,
    waitMs: number,
  ): Promise<readonly LogRecord[]> {
    const key = JSON.stringify([group, topic]);
    const follower = this.#followers.get(key) ?? new TopicFollower(this.#settings, topic);
    this.#followers.set(key, follower);
    const { records, restarted } = await follower.fetch(offsets, waitMs);
    if (restarted.size > 0) await this.#reader.restart(group, topic, restarted);
    return [...records.values()].flat();
  }

  /** Ends all connections; the log is not used after. */
  async close(): Promise<void> {
    const followers = [...this.#followers.values()].map((follower) => follower.close());
    await Promise.all([this.#cluster.disconnect(), this.#dropProducer(), ...followers]);
  }

  async #send(topic: string, messages: Message[]): Promise<void> {
    const what = `take ${messages.length} records of topic '${topic}'`;
    try {
      await this.#inTime(what, async () => (await this.#connectedProducer()).send({ topic, messages, acks: -1 }));
    } catch (error) {
      // What it sent may still arrive: a new one numbers its records anew.
      void this.#dropProducer();
      if (error instanceof InputError) throw error;
      throw permanentFault(error, this.#settings) ?? overdue(what, this.#settings, rootOf(error));
    }
  }

  /** Throws InputError once the deadline and `grace` ms are over, whatever becomes of the work. */
  async #inTime<T>(what: string, work: () => Promise<T>, grace = 0): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      const late = () => reject(overdue(what, this.#settings, new Error("it does not answer")));
      timer = setTimeout(late, this.#settings.deadlineMs + grace);
    });
    try {
      return await Promise.race([work(), deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  #connectedProducer(): Promise<Producer> {
    this.#producer ??= (async () => {
      const producer = kafkaOf(this.#settings).producer({
        idempotent: true,
        maxInFlightRequests: 5,
        transactionTimeout: 30_000,
        allowAutoTopicCreation: false,
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      return producer;
    })();
    return this.#producer;
  }

  async #dropProducer(): Promise<void> {
    const dropped = this.#producer;
    this.#producer = null;
    // One that never connected has nothing to end, and one whose broker is away is gone already.
    await dropped?.then((producer) => producer.disconnect()).catch(() => {});
  }
}
