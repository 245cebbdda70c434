import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { buildFunctions } from "#functions/bundle.ts";
import { FUNCTIONS, type FunctionName } from "#functions/topology.ts";
import { type Host, startHost } from "#local/host/host.ts";
import { startDynamodb } from "#local/servers/start-dynamodb.ts";
import { startKafka } from "#local/servers/start-kafka.ts";
import { startQuestdb } from "#local/servers/start-questdb.ts";
import { prepareDynamodb, prepareKafka, prepareQuestdb } from "#local/up/prepare-servers.ts";
import { type ServerSettings, serverSettings } from "#local/up/server-settings.ts";
import { environmentOf } from "#local/up/up-environment.ts";
import { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";

/** Kafka, QuestDB and DynamoDB Local of a benchmark, with topics and tables. */
export interface BenchServers {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly settings: ServerSettings;
  readonly log: KafkaEventLog;
}

/** Runs `work` on servers of its own, and stops them whatever happens. */
export async function withServers<T>(work: (servers: BenchServers) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  const servers = await Promise.all([
    startKafka(join(folder, "kafka")),
    startQuestdb(join(folder, "questdb")),
    startDynamodb(join(folder, "dynamodb")),
  ]);
  try {
    const [kafka, questdb, dynamodb] = servers;
    const environment = environmentOf({ kafka, questdb, dynamodb }, folder, undefined);
    const settings = await serverSettings(environment);
    await Promise.all([prepareKafka(settings), prepareQuestdb(settings), prepareDynamodb(settings)]);
    const log = await KafkaEventLog.open(settings.kafka);
    try {
      return await work({ folder, environment, settings, log });
    } finally {
      await log.close();
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true });
  }
}

/** Runs functions as `millrace up` does, on topics that may hold records already. The caller stops the host. */
export async function hostFunctions(servers: BenchServers, names: readonly FunctionName[]): Promise<Host> {
  const { folder, environment, settings, log } = servers;
  const built = await buildFunctions(names);
  return startHost({
    log,
    bootstrapServers: settings.kafka.brokers.join(","),
    functions: built.map(({ name, file }) => {
      const { timeoutMs, memoryMb } = FUNCTIONS.find((each) => each.name === name)!;
      return { name, bundlePath: file, environment, timeoutMs, memoryMb, concurrency: availableParallelism() };
    }),
    tasks: [],
    folder: join(folder, "functions"),
    onEvent: (event) => {
      if (event.kind === "failure") throw new Error(`${event.name} could not ${event.what}: ${event.message}`);
    },
  });
}
