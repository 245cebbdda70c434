import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildFunctions } from "#functions/bundle.ts";
import { FUNCTIONS } from "#functions/topology.ts";
import { startHost } from "#local/host/host.ts";
import { LineLog } from "#local/host/line-log.ts";
import { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";
import { HostTeller } from "./host-teller.ts";
import type { ServerSettings } from "./server-settings.ts";

/** The functions while they run. */
export interface RunningFunctions {
  readonly names: readonly string[];
  /** What the host tells of itself, as JSON. */
  readonly statusUrl: string;
  /** Of the log files: one for each function, and `host.log` with each attempt that failed and each process. */
  readonly logFolder: string;
  /** Lets the invocations end that run. */
  stop(): Promise<void>;
}

/** Tasks run from their sources, as in their container. */
const TASKS = [
  { name: "replay", bundlePath: fileURLToPath(new URL("../../functions/replay/index.ts", import.meta.url)) },
];

/** How often it is looked whether something fails, ms. */
const LOOK_MS = 1_000;

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
  const events = new LineLog(logFolder, "host", () => {});
  const teller = new HostTeller(tell);
  const host = await startHost({
    log,
    bootstrapServers: settings.kafka.brokers.join(","),
    functions,
    tasks: TASKS.map((task) => ({ ...task, environment })),
    folder: logFolder,
    onEvent(event) {
      if (event.kind === "line") return;
      events.write([JSON.stringify({ timestamp: new Date().toISOString(), ...event })]);
      teller.take(event, Date.now());
    },
  });
  const look = async (): Promise<void> => teller.look(await host.status(), Date.now());
  // One that cannot look now looks again soon.
  const looking = setInterval(() => look().catch(() => {}), LOOK_MS);
  return {
    names: [...functions, ...TASKS].map(({ name }) => name),
    statusUrl: host.statusUrl,
    logFolder,
    async stop() {
      clearInterval(looking);
      teller.close();
      await host.stop();
      await log.close();
      events.close();
    },
  };
}
