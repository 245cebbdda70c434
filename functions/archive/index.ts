import { PowertoolsTelemetry } from "#shared/adapters/aws/powertools-telemetry.ts";
import { readStreamSettings } from "#shared/config/stream-settings.ts";
import type { EventLog } from "#shared/ports/event-log.ts";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";
import { openEventLog } from "../wiring/event-log.ts";
import { lazyPort } from "../wiring/lazy-port.ts";
import { openedOnce } from "../wiring/opened-once.ts";
import { openQuestdb } from "../wiring/questdb.ts";
import { serve } from "./handler.ts";

const telemetry = new PowertoolsTelemetry();
// Connected to for dead letters alone.
const log = lazyPort<EventLog>(openedOnce(() => openEventLog(readStreamSettings(process.env))));
const open = openedOnce(async () => ({ ...(await openQuestdb(readStreamSettings(process.env))), log }));

export function handler(event: KafkaEvent): Promise<void> {
  return serve(event, open, telemetry);
}
