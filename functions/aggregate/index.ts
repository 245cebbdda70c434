import { PowertoolsTelemetry } from "#shared/adapters/aws/powertools-telemetry.ts";
import { readStreamSettings } from "#shared/config/stream-settings.ts";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";
import { openDynamodb } from "../wiring/dynamodb.ts";
import { openEventLog } from "../wiring/event-log.ts";
import { openedOnce } from "../wiring/opened-once.ts";
import { serve } from "./handler.ts";

const telemetry = new PowertoolsTelemetry();
const open = openedOnce(async () => {
  const settings = readStreamSettings(process.env);
  const log = await openEventLog(settings);
  return { log, checkpoints: openDynamodb(settings).checkpoints };
});

export function handler(event: KafkaEvent): Promise<void> {
  return serve(event, open, telemetry);
}
