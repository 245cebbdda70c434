import type Cluster from "kafkajs/src/cluster/index.js";
import { InputError } from "#shared/market/input-error.ts";
import { permanentFault, rootOf } from "./faults.ts";
import { type Fetched, fetchPartitions } from "./fetch-partitions.ts";
import { clusterOf, type KafkaSettings } from "./settings.ts";

/**
 * Reads a topic over connections of its own: a broker answers the requests of one connection one after the other, so
 * that a request which waits for records keeps all others waiting.
 */
export class TopicFollower {
  readonly #settings: KafkaSettings;
  readonly #topic: string;
  readonly #cluster: Cluster;
  #ready: Promise<void> | null = null;

  constructor(settings: KafkaSettings, topic: string) {
    this.#settings = settings;
    this.#topic = topic;
    this.#cluster = clusterOf(settings);
  }

  /** As `fetchPartitions`. Rejects at the first fault; the next call looks for the brokers anew. */
  async fetch(offsets: ReadonlyMap<number, number>, waitMs: number): Promise<Fetched> {
    try {
      this.#ready ??= this.#connect();
      await this.#ready;
      return await fetchPartitions(this.#cluster, this.#topic, offsets, waitMs);
    } catch (error) {
      this.#ready = null;
      throw this.#faultOf(error);
    }
  }

  close(): Promise<void> {
    return this.#cluster.disconnect();
  }

  async #connect(): Promise<void> {
    await this.#cluster.connect();
    await this.#cluster.addTargetTopic(this.#topic);
    // Of a topic that is known already, too: its leaders may have moved.
    await this.#cluster.refreshMetadata();
  }

  #faultOf(error: unknown): Error {
    const fault = permanentFault(error, this.#settings);
    if (fault !== null) return fault;
    const where = `Kafka at ${this.#settings.brokers.join(", ")}`;
    const message = `${where} could not be read from, topic '${this.#topic}' (${rootOf(error).message}).`;
    return new InputError("store", message, { cause: error });
  }
}
