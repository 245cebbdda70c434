import { openedToClose } from "#functions/wiring/opened-once.ts";
import { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";
import { openQuestdbStore } from "#shared/adapters/questdb/store.ts";
import type { StatusPorts } from "#shared/app/status.ts";
import { openStates } from "./server-platform.ts";
import { serverNames, serverSettings } from "./server-settings.ts";

/** How long each server is waited for, ms: whoever looks wants to see what is up, soon. */
const DEADLINE_MS = 3_000;

/** Ports of servers any of which may be down. */
export interface OpenStatusPorts extends StatusPorts {
  /** By port, the server behind it with its address: `Kafka at 127.0.0.1:9092`. */
  readonly servers: Readonly<Record<keyof StatusPorts, string>>;
  close(): Promise<void>;
}

/** Each port is connected to by itself, and again where that failed. */
export async function openStatusPorts(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<OpenStatusPorts> {
  const settings = await serverSettings(environment, DEADLINE_MS);
  const states = await openStates(settings);
  const log = openedToClose(() => KafkaEventLog.open(settings.kafka));
  const store = openedToClose(() =>
    openQuestdbStore(settings.questdb, { keepTicksDays: settings.questdb.keepTicksDays }),
  );
  const { kafka, questdb, dynamodb } = serverNames(settings);
  return {
    servers: { log: kafka, store: questdb, checkpoints: dynamodb, liveRuns: dynamodb },
    log: log.get,
    store: store.get,
    checkpoints: async () => states.checkpoints,
    liveRuns: async () => states.liveRuns,
    async close() {
      await Promise.all([log.close(), store.close()]);
      states.close();
    },
  };
}
