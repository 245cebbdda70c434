import { brokersOf } from "#shared/adapters/aws/msk-brokers.ts";
import { readSecret } from "#shared/adapters/aws/secrets.ts";
import { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";
import type { KafkaSettings } from "#shared/adapters/kafka/settings.ts";
import type { StreamSettings } from "#shared/config/stream-settings.ts";

/** Shorter than any function's time-out: what went wrong is to be told, not cut off. */
const DEADLINE_MS = 20_000;

/** Brokers, user and password as the settings say, asked from AWS where they name a cluster or a secret. */
export async function kafkaSettings({ region, kafka }: StreamSettings): Promise<KafkaSettings> {
  const aws = { region, endpoint: null };
  const { cluster, login, tls } = kafka;
  const [brokers, { username: user, password }] = await Promise.all([
    "brokers" in cluster ? cluster.brokers : brokersOf(aws, cluster.clusterArn),
    "user" in login
      ? { username: login.user, password: login.password }
      : readSecret(aws, login.secretArn, ["username", "password"]),
  ]);
  return { brokers, user, password, tls, deadlineMs: DEADLINE_MS };
}

/** Connects to Kafka, ready to publish. Throws InputError where that cannot be done. */
export async function openEventLog(settings: StreamSettings): Promise<KafkaEventLog> {
  return KafkaEventLog.openToPublish(await kafkaSettings(settings));
}
