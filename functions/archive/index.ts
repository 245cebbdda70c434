import { PowertoolsTelemetry } from "#shared/adapters/aws/powertools-telemetry.ts";
import { readStreamSettings } from "#shared/config/stream-settings.ts";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";
import { openEventLog } from "../wiring/event-log.ts";
import { openedOnce } from "../wiring/opened-once.ts";
import { openQuestdb } from "../wiring/questdb.ts";
import { serve } from "./handler.ts";

const telemetry = new PowertoolsTelemetry();
const openLog = openedOnce(() => openEventLog(readStreamSettings(process.env)));
const openStore = openedOnce(() => openQuestdb(readStreamSettings(process.env)));
const open = async () => {
  const [log, store] = await Promise.all([openLog(), openStore()]);
  return { ...store, log };
};

export function handler(event: KafkaEvent): Promise<void> {
  return serve(event, open, telemetry);
}
