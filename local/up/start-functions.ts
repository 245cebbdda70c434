import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildFunctions } from "#functions/bundle.ts";
import { FUNCTIONS } from "#functions/topology.ts";
import { startHost } from "#local/host/host.ts";
import type { HostEvent } from "#local/host/host-events.ts";
import { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";
import type { ServerSettings } from "./server-settings.ts";

/** The functions while they run. */
export interface RunningFunctions {
  readonly names: readonly string[];
  /** What the host tells of itself, as JSON. */
  readonly statusUrl: string;
  /** Of the log files, one for each function. */
  readonly logFolder: string;
  /** Lets the invocations end that run. */
  stop(): Promise<void>;
}

/** Tasks run from their sources, as in their container. */
const TASKS = [
  { name: "replay", bundlePath: fileURLToPath(new URL("../../functions/replay/index.ts", import.meta.url)) },
];

/** What fails again and again is told once in this time, ms. */
const QUIET_MS = 60_000;

/**
 * Builds the functions' bundles and runs them, triggered as the topology says, and the tasks. `tell`: what happens to
 * them, in words.
 */
export async function startFunctions(
  folder: string,
  settings: ServerSettings,
  environment: Readonly<Record<string, string>>,
  tell: (name: string, what: string) => void,
): Promise<RunningFunctions> {
  const built = await buildFunctions();
  const functions = FUNCTIONS.map(({ name, timeoutMs, memoryMb }) => ({
    ...{ name, environment, timeoutMs, memoryMb },
    bundlePath: built.find((each) => each.name === name)!.file,
    concurrency: availableParallelism(),
  }));
  const log = await KafkaEventLog.open(settings.kafka);
  const logFolder = join(folder, "functions");
  const teller = new Teller(tell);
  const host = await startHost({
    log,
    bootstrapServers: settings.kafka.brokers.join(","),
    functions,
    tasks: TASKS.map((task) => ({ ...task, environment })),
    folder: logFolder,
    onEvent: (event) => teller.take(event),
  });
  return {
    names: [...functions, ...TASKS].map(({ name }) => name),
    statusUrl: host.statusUrl,
    logFolder,
    async stop() {
      teller.close();
      await host.stop();
      await log.close();
    },
  };
}

/** Tells a person what went wrong in the host, but not each attempt. */
class Teller {
  readonly #tell: (name: string, what: string) => void;
  /** When each thing was told last. */
  readonly #told = new Map<string, number>();
  #closed = false;

  constructor(tell: (name: string, what: string) => void) {
    this.#tell = tell;
  }

  take(event: HostEvent): void {
    if (this.#closed || event.kind === "line" || event.kind === "process-started") return;
    if (event.kind === "process-ended" && event.wanted) return;
    const what =
      event.kind === "failure"
        ? `could not ${event.what}, and tries again: ${event.message.split("\n")[0]}`
        : `process ${event.processId} ended (${event.how}) and is replaced`;
    const key = `${event.name} ${event.kind === "failure" ? event.what : event.kind}`;
    const now = performance.now();
    if (now - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    this.#told.set(key, now);
    this.#tell(event.name, what);
  }

  close(): void {
    this.#closed = true;
  }
}
