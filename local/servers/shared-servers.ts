import type { DynamodbAccess } from "./start-dynamodb.ts";
import type { KafkaAccess } from "./start-kafka.ts";
import type { MotoAccess } from "./start-moto.ts";
import type { QuestdbAccess } from "./start-questdb.ts";

/** Servers that the tests of one run share. */
export interface SharedServers {
  readonly questdb: QuestdbAccess;
  readonly kafka: KafkaAccess;
  readonly dynamodb: DynamodbAccess;
  readonly moto: MotoAccess;
}

/** Where `shared-servers-setup.ts` listens during a run of tests. */
export const SHARED_SERVERS_VARIABLE = "MILLRACE_TEST_SERVERS";

/**
 * A server that is started when the first test of a run asks for it, and ended with the run. Others use it at the same
 * time: take names of your own for tables, topics and groups, and start a server yourself where a test kills it. Throws
 * Error where it does not start; the message says what to do.
 */
export async function sharedServer<Name extends keyof SharedServers>(name: Name): Promise<SharedServers[Name]> {
  const keeper = process.env[SHARED_SERVERS_VARIABLE];
  if (keeper === undefined) throw new Error(`${SHARED_SERVERS_VARIABLE} is not set: run 'npm run test:servers'`);
  const answer = await fetch(`${keeper}/${name}`);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as SharedServers[Name];
}
