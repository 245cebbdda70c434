import { TOPICS } from "#functions/topology.ts";
import { clientOf } from "#shared/adapters/dynamodb/settings.ts";
import { CHECKPOINT_KEY, createTable, RUN_KEY } from "#shared/adapters/dynamodb/tables.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { openQuestdbStore } from "#shared/adapters/questdb/store.ts";
import type { ServerSettings } from "./server-settings.ts";

/** Kafka of one machine is one broker. */
const REPLICAS = 1;

/** Makes the topics of the topology that are missing. Throws InputError where one differs from it. */
export async function prepareKafka({ kafka }: ServerSettings): Promise<void> {
  await createTopics(kafka, TOPICS, REPLICAS);
}

/** Brings QuestDB's tables up to date. Throws InputError where they are not as expected. */
export async function prepareQuestdb({ questdb }: ServerSettings): Promise<void> {
  const store = await openQuestdbStore(questdb, { keepTicksDays: questdb.keepTicksDays });
  await store.close();
}

/** Makes DynamoDB's tables where they are missing. Throws InputError where one has another key. */
export async function prepareDynamodb({ dynamodb }: ServerSettings): Promise<void> {
  const client = clientOf(dynamodb);
  try {
    await createTable(client, dynamodb.checkpointsTable, CHECKPOINT_KEY);
    await createTable(client, dynamodb.runsTable, RUN_KEY);
  } finally {
    client.destroy();
  }
}
