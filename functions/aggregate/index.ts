import { PowertoolsTelemetry } from "#shared/adapters/aws/powertools-telemetry.ts";
import { readStreamSettings } from "#shared/config/stream-settings.ts";
import type { EventLog } from "#shared/ports/event-log.ts";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";
import { openDynamodb } from "../wiring/dynamodb.ts";
import { openEventLog } from "../wiring/event-log.ts";
import { lazyPort } from "../wiring/lazy-port.ts";
import { openedOnce } from "../wiring/opened-once.ts";
import { serve } from "./handler.ts";

const telemetry = new PowertoolsTelemetry();
const openLog = openedOnce(() => openEventLog(readStreamSettings(process.env)));
const open = openedOnce(async () => {
  const { checkpoints } = openDynamodb(readStreamSettings(process.env));
  return { log: lazyPort<EventLog>(openLog), checkpoints };
});

export function handler(event: KafkaEvent): Promise<void> {
  // Kafka is connected to while checkpoints are loaded; what goes wrong is told when the log is used.
  openLog().catch(() => {});
  return serve(event, open, telemetry);
}
