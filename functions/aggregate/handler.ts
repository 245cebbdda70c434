import { AGGREGATE, aggregate } from "#shared/app/aggregate.ts";
import type { StagePorts } from "#shared/app/stage.ts";
import type { Telemetry } from "#shared/ports/telemetry.ts";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";
import { serveBatch } from "../serve-batch.ts";

/** Ticks in, candles out. As `serveBatch`. */
export function serve(event: KafkaEvent, open: () => Promise<StagePorts>, telemetry: Telemetry): Promise<void> {
  return serveBatch({ stage: AGGREGATE, open, work: aggregate }, event, telemetry);
}
