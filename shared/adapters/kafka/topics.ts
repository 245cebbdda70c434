import kafkajs, { type ITopicConfig } from "kafkajs";
import { InputError } from "#shared/market/input-error.ts";
import { untilDeadline } from "./faults.ts";
import { type KafkaSettings, kafkaOf } from "./settings.ts";

/** A topic as the topology has it. */
export interface KafkaTopic {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
  /** Greatest record, alone in its batch and with what Kafka adds, bytes. */
  readonly maxRecordBytes: number;
}

type Admin = ReturnType<ReturnType<typeof kafkaOf>["admin"]>;

/**
 * Makes the topics that are missing, `replicas` times each, and resolves to their names when their partitions can be
 * written to.
 * Throws InputError that lists all differences where a topic exists with other settings, before it makes any: partition
 * counts are fixed, and a change of the others is an operator's decision.
 */
export async function createTopics(
  settings: KafkaSettings,
  topics: readonly KafkaTopic[],
  replicas: number,
): Promise<readonly string[]> {
  const admin = kafkaOf(settings).admin({ retry: { retries: 1 } });
  try {
    return await untilDeadline("make the topics", settings, async () => {
      await admin.connect();
      const existing = new Set(await admin.listTopics());
      await refuseDrift(
        admin,
        topics.filter(({ name }) => existing.has(name)),
      );
      const missing = topics.filter(({ name }) => !existing.has(name));
      if (missing.length === 0) return [];
      const made = missing.map((topic) => configOf(topic, replicas));
      await admin.createTopics({ topics: made, waitForLeaders: true });
      return missing.map(({ name }) => name);
    });
  } finally {
    await admin.disconnect();
  }
}

function entriesOf({ retentionMs, maxRecordBytes }: KafkaTopic): Record<string, string> {
  return {
    "cleanup.policy": "delete",
    "retention.ms": String(retentionMs),
    "message.timestamp.type": "LogAppendTime",
    "max.message.bytes": String(maxRecordBytes),
  };
}

function configOf(topic: KafkaTopic, replicas: number): ITopicConfig {
  return {
    topic: topic.name,
    numPartitions: topic.partitions,
    replicationFactor: replicas,
    configEntries: Object.entries(entriesOf(topic)).map(([name, value]) => ({ name, value })),
  };
}

async function refuseDrift(admin: Admin, topics: readonly KafkaTopic[]): Promise<void> {
  if (topics.length === 0) return;
  const names = topics.map(({ name }) => name);
  const metadata = await admin.fetchTopicMetadata({ topics: names });
  const partitions = new Map(metadata.topics.map((topic) => [topic.name, topic.partitions.length]));
  const resources = names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name }));
  const { resources: configs } = await admin.describeConfigs({ includeSynonyms: false, resources });
  const drifts = topics.flatMap((topic) => {
    const held = new Map(
      configs
        .find(({ resourceName }) => resourceName === topic.name)
        ?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
    );
    const wanted = { partitions: String(topic.partitions), ...entriesOf(topic) };
    const actual = (name: string) => (name === "partitions" ? String(partitions.get(topic.name)) : held.get(name));
    return Object.entries(wanted)
      .filter(([name, value]) => actual(name) !== value)
      .map(([name, value]) => `topic '${topic.name}' has ${name} ${actual(name)} and not ${value}`);
  });
  if (drifts.length === 0) return;
  throw new InputError(
    "conflict",
    `Kafka differs from the topology: ${drifts.join("; ")}. Alter the topic's settings in Kafka, or the topology; for ` +
      "another partition count make a new topic and drain this one.",
  );
}
