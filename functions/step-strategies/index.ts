import { PowertoolsTelemetry } from "#shared/adapters/aws/powertools-telemetry.ts";
import { readStreamSettings } from "#shared/config/stream-settings.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { StrategyCatalog } from "#shared/ports/strategy-catalog.ts";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";
import { openDynamodb } from "../wiring/dynamodb.ts";
import { openEventLog } from "../wiring/event-log.ts";
import { openedOnce } from "../wiring/opened-once.ts";
import { openQuestdb } from "../wiring/questdb.ts";
import { serve } from "./handler.ts";

/** A function has no strategies of its own. */
const catalog: StrategyCatalog = {
  names: async () => [],
  load: async (name) => {
    throw new InputError("not-found", `this function has no strategy '${name}'`);
  },
  engineHash: async () => "",
};

const telemetry = new PowertoolsTelemetry();
const openLog = openedOnce(() => openEventLog(readStreamSettings(process.env)));
const openStore = openedOnce(() => openQuestdb(readStreamSettings(process.env)));
const openTables = openedOnce(async () => openDynamodb(readStreamSettings(process.env)));
const open = async () => {
  const [log, { ticks, candles, ranges }, { checkpoints, runs }] = await Promise.all([
    openLog(),
    openStore(),
    openTables(),
  ]);
  return { log, ticks, candles, ranges, checkpoints, runs, catalog };
};

export function handler(event: KafkaEvent): Promise<void> {
  return serve(event, open, telemetry);
}
