import type { DynamodbSettings } from "#shared/adapters/dynamodb/settings.ts";
import type { KafkaSettings } from "#shared/adapters/kafka/settings.ts";
import type { QuestdbConnection } from "#shared/adapters/questdb/connection.ts";
import {
  type Environment,
  readStreamSettings,
  type StateSettings,
  type StreamSettings,
} from "#shared/config/stream-settings.ts";

/** How commands reach the servers: settings of each as its adapter takes them. */
export interface ServerSettings {
  readonly kafka: KafkaSettings;
  readonly questdb: QuestdbConnection & { readonly keepTicksDays: number | null };
  readonly dynamodb: DynamodbSettings & { readonly checkpointsTable: string; readonly runsTable: string };
  /** Of large states and artefacts. */
  readonly state: StateSettings;
}

/** How long a command waits for servers that are away, ms. */
const DEADLINE_MS = 15_000;

/**
 * The settings that variables give, with `deadlineMs` to wait for servers that are away; brokers, users and passwords are
 * asked from AWS where the variables name a cluster or a secret. Throws InputError 'usage' for variables that are missing
 * or wrong, and where AWS refuses.
 */
export async function serverSettings(environment: Environment, deadlineMs = DEADLINE_MS): Promise<ServerSettings> {
  const settings = readStreamSettings(environment);
  const [kafka, questdb] = await Promise.all([kafkaOf(settings), questdbOf(settings)]);
  return {
    kafka: { ...kafka, deadlineMs },
    questdb: { ...questdb, deadlineMs, keepTicksDays: settings.questdb.keepTicksDays },
    dynamodb: {
      region: settings.region,
      endpoint: settings.dynamodb.endpoint,
      credentials: credentialsOf(environment),
      checkpointsTable: settings.dynamodb.checkpointsTable,
      runsTable: settings.dynamodb.runsTable,
    },
    state: settings.state,
  };
}

/** Each server with its address, for messages. */
export function serverNames({ kafka, questdb, dynamodb }: ServerSettings): {
  readonly [Server in "kafka" | "questdb" | "dynamodb"]: string;
} {
  return {
    kafka: `Kafka at ${kafka.brokers.join(", ")}`,
    questdb: `QuestDB at ${questdb.httpUrl}`,
    dynamodb: `DynamoDB at ${dynamodb.endpoint ?? dynamodb.region}`,
  };
}

async function kafkaOf(settings: StreamSettings): Promise<Omit<KafkaSettings, "deadlineMs">> {
  const { cluster, login, tls } = settings.kafka;
  if ("brokers" in cluster && "user" in login) return { brokers: cluster.brokers, ...login, tls };
  // AWS's clients take a while to load.
  const { kafkaSettings } = await import("#functions/wiring/event-log.ts");
  return kafkaSettings(settings);
}

async function questdbOf(settings: StreamSettings): Promise<Omit<QuestdbConnection, "deadlineMs">> {
  const { httpUrl, pgHost, pgPort, logins } = settings.questdb;
  if (!("secretArn" in logins)) return { httpUrl, pgHost, pgPort, ...logins };
  const { questdbConnection } = await import("#functions/wiring/questdb.ts");
  return questdbConnection(settings);
}

/** Those of the variables; null: as AWS's tools find them. */
function credentialsOf(environment: Environment): DynamodbSettings["credentials"] {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  // Those of this process may be of a session, whose token the SDK finds beside them.
  if (!accessKeyId || !secretAccessKey || environment === process.env) return null;
  return { accessKeyId, secretAccessKey };
}
