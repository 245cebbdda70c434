import { lazyPort } from "#functions/wiring/lazy-port.ts";
import { openedToClose } from "#functions/wiring/opened-once.ts";
import { FolderCatalog } from "#local/embedded/folder-catalog.ts";
import type { Platform, Store } from "#local/platform.ts";
import { DynamodbCheckpointStore } from "#shared/adapters/dynamodb/checkpoint-store.ts";
import { DynamodbLeases } from "#shared/adapters/dynamodb/leases.ts";
import { DynamodbRunRegistry } from "#shared/adapters/dynamodb/run-registry.ts";
import { clientOf } from "#shared/adapters/dynamodb/settings.ts";
import { LargeStateFolder } from "#shared/adapters/files/large-state-folder.ts";
import { FileTradeReader } from "#shared/adapters/files/trade-file-reader.ts";
import { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";
import { openQuestdbStore } from "#shared/adapters/questdb/store.ts";
import type { StateSettings } from "#shared/config/stream-settings.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import type { FollowableLog } from "#shared/ports/event-log.ts";
import type { LargeStateStore } from "#shared/ports/large-state-store.ts";
import type { Leases } from "#shared/ports/leases.ts";
import type { LiveRunRegistry } from "#shared/ports/run-registry.ts";
import { answered, answering } from "./answering.ts";
import { exportRows } from "./export-rows.ts";
import { type ServerSettings, serverNames, serverSettings } from "./server-settings.ts";

/** The platform on Kafka, QuestDB and DynamoDB. */
export interface ServerPlatform extends Platform {
  /** Connects when it is first used. */
  readonly log: FollowableLog;
  /** Live and replay runs; those of `store` follow them. */
  readonly liveRuns: LiveRunRegistry;
  /** Large states, and artefacts of runs. */
  readonly states: LargeStateStore;
}

/** What is kept in DynamoDB and beside it: states of stages, live runs, leases. Connects when it is first used. */
export interface StateParts {
  readonly checkpoints: CheckpointStore;
  readonly liveRuns: LiveRunRegistry;
  readonly leases: Leases;
  readonly states: LargeStateStore;
  close(): void;
}

export async function openStates({ dynamodb, state }: ServerSettings): Promise<StateParts> {
  const client = clientOf(dynamodb);
  const states = "folder" in state ? new LargeStateFolder(state.folder) : await openBucket(dynamodb.region, state);
  return {
    checkpoints: new DynamodbCheckpointStore(client, dynamodb.checkpointsTable, states),
    liveRuns: new DynamodbRunRegistry(client, dynamodb.runsTable),
    leases: new DynamodbLeases(client, dynamodb.checkpointsTable),
    states,
    close: () => client.destroy(),
  };
}

async function openBucket(
  region: string,
  { bucket, endpoint }: Extract<StateSettings, { readonly bucket: string }>,
): Promise<LargeStateStore> {
  // AWS's clients take a while to load.
  const { LargeStateBucket } = await import("#shared/adapters/aws/large-state-bucket.ts");
  return new LargeStateBucket({ region, endpoint }, bucket);
}

/** Servers that do not answer are not waited for in the end, ms. */
const CLOSE_MS = 2_000;

/**
 * Opens the platform on the servers that the variables name. Throws InputError for variables that are missing or wrong,
 * and where QuestDB does not answer; Kafka and DynamoDB are asked when they are needed.
 * @param answerMs for whom somebody waits: how long each answer of Kafka and DynamoDB, and the first one of QuestDB, may
 * take, ms; null for as long as their clients try
 */
export async function openServerPlatform(
  environment: Readonly<Record<string, string | undefined>>,
  answerMs: number | null = null,
): Promise<ServerPlatform> {
  const settings = await serverSettings(environment);
  const { states, close: closeStates, ...asked } = await openStates(settings);
  const names = serverNames(settings);
  const inTime = <P extends object>(port: P, server: string): P =>
    answerMs === null ? port : answering(port, server, answerMs);
  const checkpoints = inTime(asked.checkpoints, names.dynamodb);
  const liveRuns = inTime(asked.liveRuns, names.dynamodb);
  const leases: Leases = {
    // Another's lease is waited for as long as it takes: that the server answers at all is asked before.
    async withLease(name, work) {
      if (answerMs !== null) await checkpoints.keys(name);
      return asked.leases.withLease(name, work);
    },
    async tryLease(name, work) {
      if (answerMs !== null) await checkpoints.keys(name);
      return asked.leases.tryLease(name, work);
    },
  };
  try {
    const { keepTicksDays } = settings.questdb;
    const opening = openQuestdbStore(settings.questdb, { keepTicksDays, leases });
    const questdb = await (answerMs === null ? opening : answered(opening, names.questdb, answerMs));
    const { ticks, candles, ranges, results, runs } = questdb;
    const store: Store = {
      ...{ ticks, candles, ranges, checkpoints, results, runs },
      export: (query, path, format) => exportRows({ candles, results, runs }, query, path, format),
    };
    const log = openedToClose(() => KafkaEventLog.open(settings.kafka));
    return {
      store,
      files: new FileTradeReader(),
      catalog: new FolderCatalog(process.env),
      log: inTime(lazyPort<FollowableLog>(log.get), names.kafka),
      liveRuns,
      states,
      async close() {
        const closed = Promise.all([log.close(), questdb.close()]);
        await (answerMs === null ? closed : answered(closed, "a server", CLOSE_MS).catch(() => {}));
        closeStates();
      },
    };
  } catch (error) {
    closeStates();
    throw error;
  }
}
