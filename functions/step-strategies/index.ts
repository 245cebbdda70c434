import { PowertoolsTelemetry } from "#shared/adapters/aws/powertools-telemetry.ts";
import { StoredArtefacts } from "#shared/adapters/files/stored-artefacts.ts";
import { VmWatchdog } from "#shared/adapters/vm/vm-watchdog.ts";
import { readStreamSettings } from "#shared/config/stream-settings.ts";
import type { CandleStore } from "#shared/ports/candle-store.ts";
import type { EventLog } from "#shared/ports/event-log.ts";
import type { RangeRegistry } from "#shared/ports/range-registry.ts";
import type { TickStore } from "#shared/ports/tick-store.ts";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";
import { openDynamodb } from "../wiring/dynamodb.ts";
import { openEventLog } from "../wiring/event-log.ts";
import { lazyPort } from "../wiring/lazy-port.ts";
import { openedOnce } from "../wiring/opened-once.ts";
import { openQuestdb } from "../wiring/questdb.ts";
import { serve } from "./handler.ts";

const telemetry = new PowertoolsTelemetry();
const watchdog = new VmWatchdog();
const openLog = openedOnce(() => openEventLog(readStreamSettings(process.env)));
const openStore = openedOnce(() => openQuestdb(readStreamSettings(process.env)));
const open = openedOnce(async () => {
  const { checkpoints, runs, largeStates } = openDynamodb(readStreamSettings(process.env));
  const artefacts = new StoredArtefacts(largeStates);
  // History is read to warm a run up: a store that is down does not keep the others from their steps.
  const ticks = lazyPort<TickStore>(async () => (await openStore()).ticks, ["read"]);
  const candles = lazyPort<CandleStore>(async () => (await openStore()).candles, ["read", "readOrigin"]);
  const ranges = lazyPort<RangeRegistry>(async () => (await openStore()).ranges);
  return { log: lazyPort<EventLog>(openLog), ticks, candles, ranges, checkpoints, runs, artefacts, watchdog };
});

export function handler(event: KafkaEvent): Promise<void> {
  return serve(event, open, telemetry);
}
