import type Cluster from "kafkajs/src/cluster/index.js";
import { InputError } from "#shared/market/input-error.ts";
import { rootOf, untilDeadline } from "./faults.ts";
import type { KafkaSettings } from "./settings.ts";

/** Knows the partitions of topics: their number is fixed, so that each topic is asked for once. */
export class TopicDirectory {
  readonly #settings: KafkaSettings;
  readonly #cluster: Cluster;
  readonly #partitions = new Map<string, readonly number[]>();

  constructor(settings: KafkaSettings, cluster: Cluster) {
    this.#settings = settings;
    this.#cluster = cluster;
  }

  /** Ascending. Throws InputError where there is no such topic. */
  async partitionsOf(topic: string): Promise<readonly number[]> {
    const known = this.#partitions.get(topic);
    if (known !== undefined) return known;
    const found = await untilDeadline(`find topic '${topic}'`, this.#settings, () => this.#find(topic));
    this.#partitions.set(topic, found);
    return found;
  }

  async #find(topic: string): Promise<readonly number[]> {
    try {
      await this.#cluster.addTargetTopic(topic);
    } catch (error) {
      if (rootOf(error).type !== "UNKNOWN_TOPIC_OR_PARTITION") throw error;
      throw new InputError(
        "not-found",
        `Kafka at ${this.#settings.brokers.join(", ")} has no topic '${topic}': topics are made from the topology when ` +
          "the platform is brought up, never by use.",
        { cause: error },
      );
    }
    const partitions = this.#cluster.findTopicPartitionMetadata(topic);
    return partitions.map(({ partitionId }) => partitionId).sort((a, b) => a - b);
  }
}
