import { STEP_STRATEGIES, type StepStrategiesPorts, stepStrategies } from "#shared/app/step-strategies.ts";
import type { Telemetry } from "#shared/ports/telemetry.ts";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";
import { serveBatch } from "../serve-batch.ts";

/** Candles in, run events out. As `serveBatch`. */
export function serve(
  event: KafkaEvent,
  open: () => Promise<StepStrategiesPorts>,
  telemetry: Telemetry,
): Promise<void> {
  return serveBatch({ stage: STEP_STRATEGIES, open, work: stepStrategies }, event, telemetry);
}
