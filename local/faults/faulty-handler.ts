import type { StreamPorts } from "#local/embedded/stream-host.ts";
import type { Telemetry } from "#shared/ports/telemetry.ts";
import type { KafkaEvent } from "#shared/wire/kafka-event.ts";
import { ArmedFaults, FAULTS_VARIABLE } from "./armed-faults.ts";
import { withFaultPoints } from "./fault-points.ts";

/** What the handler of a stream function exports. */
export type Serve<Ports> = (event: KafkaEvent, open: () => Promise<Ports>, telemetry: Telemetry) => Promise<void>;

/** The handler of a stream function, whose ports let armed faults happen. Bundled into test bundles in its place. */
export function faultyServe<Ports extends Partial<StreamPorts>>(stage: string, serve: Serve<Ports>): Serve<Ports> {
  const armed = new ArmedFaults(process.env[FAULTS_VARIABLE]!);
  return (event, open, telemetry) =>
    serve(event, async () => withFaultPoints(await open(), (moment) => armed.reach(stage, moment)), telemetry);
}
