import type { DynamodbSettings } from "#shared/adapters/dynamodb/settings.ts";
import type { KafkaSettings } from "#shared/adapters/kafka/settings.ts";
import type { QuestdbConnection } from "#shared/adapters/questdb/connection.ts";
import { type Environment, readStreamSettings, type StreamSettings } from "#shared/config/stream-settings.ts";
import { InputError } from "#shared/market/input-error.ts";

/** How commands reach the servers: settings of each as its adapter takes them. */
export interface ServerSettings {
  readonly kafka: KafkaSettings;
  readonly questdb: QuestdbConnection & { readonly keepTicksDays: number | null };
  readonly dynamodb: DynamodbSettings & { readonly checkpointsTable: string; readonly runsTable: string };
  /** Of large states and artefacts. */
  readonly stateFolder: string;
}

/** How long a command waits for servers that are away, ms. */
const DEADLINE_MS = 15_000;

/**
 * The settings that variables give, with `deadlineMs` to wait for servers that are away. Throws InputError 'usage' for
 * variables that are missing or wrong, and for those that only functions in AWS understand.
 */
export function serverSettings(environment: Environment, deadlineMs = DEADLINE_MS): ServerSettings {
  const settings = readStreamSettings(environment);
  return {
    kafka: kafkaOf(settings, deadlineMs),
    questdb: questdbOf(settings, deadlineMs),
    dynamodb: {
      region: settings.region,
      endpoint: settings.dynamodb.endpoint,
      credentials: credentialsOf(environment),
      checkpointsTable: settings.dynamodb.checkpointsTable,
      runsTable: settings.dynamodb.runsTable,
    },
    stateFolder:
      "folder" in settings.state ? settings.state.folder : refuse("MILLRACE_STATE_BUCKET", "MILLRACE_STATE_FOLDER"),
  };
}

function kafkaOf({ kafka: { cluster, login, tls } }: StreamSettings, deadlineMs: number): KafkaSettings {
  if (!("brokers" in cluster)) return refuse("MILLRACE_KAFKA_CLUSTER_ARN", "MILLRACE_KAFKA_BROKERS");
  if (!("user" in login)) return refuse("MILLRACE_KAFKA_SECRET_ARN", "MILLRACE_KAFKA_USER and MILLRACE_KAFKA_PASSWORD");
  return { brokers: cluster.brokers, ...login, tls, deadlineMs };
}

function questdbOf({ questdb }: StreamSettings, deadlineMs: number): ServerSettings["questdb"] {
  const { httpUrl, pgHost, pgPort, logins, keepTicksDays } = questdb;
  if ("secretArn" in logins) return refuse("MILLRACE_QUESTDB_SECRET_ARN", "users and passwords of QuestDB");
  return { httpUrl, pgHost, pgPort, ...logins, deadlineMs, keepTicksDays };
}

/** Those of the variables; null: as AWS's tools find them. */
function credentialsOf(environment: Environment): DynamodbSettings["credentials"] {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  // Those of this process may be of a session, whose token the SDK finds beside them.
  if (!accessKeyId || !secretAccessKey || environment === process.env) return null;
  return { accessKeyId, secretAccessKey };
}

function refuse(given: string, needed: string): never {
  throw new InputError("usage", `${given} is not understood by this command: give ${needed} in its place`);
}
