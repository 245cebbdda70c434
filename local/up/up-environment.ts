import { resolve } from "node:path";
import type { DynamodbAccess } from "#local/servers/start-dynamodb.ts";
import type { KafkaAccess } from "#local/servers/start-kafka.ts";
import type { QuestdbAccess } from "#local/servers/start-questdb.ts";

/** How clients reach the servers of this machine. */
export interface ServerAccess {
  readonly kafka: KafkaAccess;
  readonly questdb: QuestdbAccess;
  readonly dynamodb: DynamodbAccess;
}

/** The variables by which functions and commands find servers of this machine whose states are kept in `folder`. */
export function environmentOf(
  { kafka, questdb, dynamodb }: ServerAccess,
  folder: string,
  keepTicksDays: string | undefined,
): Record<string, string> {
  return {
    MILLRACE_KAFKA_BROKERS: kafka.brokers.join(","),
    MILLRACE_KAFKA_USER: kafka.user,
    MILLRACE_KAFKA_PASSWORD: kafka.password,
    MILLRACE_KAFKA_TLS: "false",
    MILLRACE_QUESTDB_HTTP_URL: `http://127.0.0.1:${questdb.ports.http}`,
    MILLRACE_QUESTDB_HTTP_USER: questdb.httpUser.user,
    MILLRACE_QUESTDB_HTTP_PASSWORD: questdb.httpUser.password,
    MILLRACE_QUESTDB_PG_HOST: "127.0.0.1",
    MILLRACE_QUESTDB_PG_PORT: String(questdb.ports.pg),
    MILLRACE_QUESTDB_PG_USER: questdb.pgUser.user,
    MILLRACE_QUESTDB_PG_PASSWORD: questdb.pgUser.password,
    ...(keepTicksDays ? { MILLRACE_KEEP_TICKS_DAYS: keepTicksDays } : {}),
    AWS_REGION: dynamodb.region,
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
    MILLRACE_DYNAMODB_ENDPOINT: dynamodb.endpoint,
    MILLRACE_CHECKPOINTS_TABLE: "millrace-checkpoints",
    MILLRACE_RUNS_TABLE: "millrace-runs",
    MILLRACE_STATE_FOLDER: resolve(folder, "state"),
  };
}
