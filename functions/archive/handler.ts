import { type ArchivePorts, archive } from "#shared/app/archive.ts";
import type { Telemetry } from "#shared/ports/telemetry.ts";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";
import { serveBatch } from "../serve-batch.ts";

/** Ticks, candles and run events into the stores. As `serveBatch`. */
export function serve(event: KafkaEvent, open: () => Promise<ArchivePorts>, telemetry: Telemetry): Promise<void> {
  return serveBatch({ stage: "archive", open, work: archive }, event, telemetry);
}
