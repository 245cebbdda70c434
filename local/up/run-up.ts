import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { artefacts } from "#local/servers/artefacts.ts";
import type { ServerProcess } from "#local/servers/server-process.ts";
import { startDynamodb } from "#local/servers/start-dynamodb.ts";
import { startKafka } from "#local/servers/start-kafka.ts";
import { startQuestdb } from "#local/servers/start-questdb.ts";
import { InputError } from "#shared/market/input-error.ts";
import { removeConnection, writeConnection } from "./connection-file.ts";
import { KeptServer } from "./kept-server.ts";
import { ownMark } from "./living-process.ts";
import { lockFolder } from "./lock.ts";
import { prepareDynamodb, prepareKafka, prepareQuestdb } from "./prepare-servers.ts";
import { type ServerSettings, serverSettings } from "./server-settings.ts";
import { type RunningFunctions, startFunctions } from "./start-functions.ts";
import { environmentOf, type ServerAccess } from "./up-environment.ts";

/** Takes what `up` has to tell. */
export interface UpListener {
  /** A part is being started, made or stopped. */
  busy(name: string, what: string): void;
  /** A part is ready, after `ms`. */
  ready(name: string, where: string, ms: number): void;
  /** Something happened to a part that ran. */
  happened(name: string, what: string): void;
}

/** The platform on this machine while it runs. */
export interface Up {
  readonly folder: string;
  readonly servers: ServerAccess;
  /** By name of what writes them. */
  readonly logFiles: Readonly<Record<string, string>>;
  readonly statusUrl: string;
  /** Stops functions before servers; the folder's data stay. */
  stop(): Promise<void>;
}

/** Ports of servers whose process was killed are given back a moment later, ms. */
const PORTS_DEADLINE_MS = 10_000;
const ASK_AGAIN_MS = 200;

/**
 * Starts Kafka, QuestDB and DynamoDB Local with all data in `folder`, makes topics and tables, and runs the functions and
 * the replay task. Throws InputError where another process works on the folder, where Java, Maven or a port is missing,
 * or topics or tables are not as this version expects; then nothing is left running.
 */
export async function startUp(folder: string, listener: UpListener): Promise<Up> {
  const lock = await lockFolder(folder);
  const stops: (() => Promise<void>)[] = [() => lock.release()];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    await removeConnection(folder);
    if (lock.recovered) listener.happened("up", "was killed here before: going on with what it had stored");
    listener.busy("servers", "are looked for (fetched once, 120 MB)");
    await artefacts();
    const servers = await startServers(folder, lock.recovered, listener, stops);
    const environment = environmentOf(servers, folder, process.env["MILLRACE_KEEP_TICKS_DAYS"]);
    const settings = await serverSettings(environment);
    await timed(listener, "topics", "are made where they are missing", () => prepareKafka(settings));
    await timed(listener, "tables", "are brought up to date", async () => {
      await Promise.all([prepareQuestdb(settings), prepareDynamodb(settings)]);
    });
    const functions = await runFunctions(folder, settings, environment, listener);
    stops.push(async () => {
      listener.busy("functions", "stop after the batches they work on");
      await functions.stop();
    });
    const questdbReader = { host: "127.0.0.1", port: servers.questdb.ports.pg, ...servers.questdb.pgReader };
    await writeConnection(folder, { ...ownMark(), statusUrl: functions.statusUrl, environment, questdbReader });
    stops.push(() => removeConnection(folder));
    const logFiles = { Kafka: servers.kafka, QuestDB: servers.questdb, "DynamoDB Local": servers.dynamodb };
    return {
      folder,
      servers,
      logFiles: {
        ...Object.fromEntries(Object.entries(logFiles).map(([name, { logFile }]) => [name, logFile])),
        functions: `${functions.logFolder}/*.log (a JSON line a batch)`,
      },
      statusUrl: functions.statusUrl,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Servers = { readonly [Name in keyof ServerAccess]: ServerAccess[Name] & ServerProcess };

async function startServers(
  folder: string,
  recovered: boolean,
  listener: UpListener,
  stops: (() => Promise<void>)[],
): Promise<Servers> {
  const start = async <S extends ServerProcess>(
    name: string,
    starting: () => Promise<S>,
    where: (server: S) => string,
  ): Promise<S> => {
    listener.busy(name, "starts");
    const began = performance.now();
    const again = recovered ? () => oncePortsAreFree(starting) : starting;
    const kept = await KeptServer.start(name, again, listener.happened);
    stops.push(async () => {
      listener.busy(name, "stops");
      await kept.stop();
    });
    listener.ready(name, where(kept.server), performance.now() - began);
    return kept.server;
  };
  const started = await Promise.allSettled([
    start(
      "Kafka",
      () => startKafka(join(folder, "kafka")),
      ({ brokers }) => brokers.join(),
    ),
    start(
      "QuestDB",
      () => startQuestdb(join(folder, "questdb")),
      ({ ports }) => `http://127.0.0.1:${ports.http}`,
    ),
    start(
      "DynamoDB Local",
      () => startDynamodb(join(folder, "dynamodb")),
      ({ endpoint }) => endpoint,
    ),
  ]);
  // Of several that did not start, one is told; those that did are stopped by who asked.
  const failed = started.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const [kafka, questdb, dynamodb] = started.map((each) => (each as PromiseFulfilledResult<unknown>).value);
  return { kafka, questdb, dynamodb } as Servers;
}

async function oncePortsAreFree<S>(start: () => Promise<S>): Promise<S> {
  const deadline = performance.now() + PORTS_DEADLINE_MS;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof InputError && error.code === "conflict") || performance.now() > deadline) throw error;
      await sleep(ASK_AGAIN_MS);
    }
  }
}

async function runFunctions(
  folder: string,
  settings: ServerSettings,
  environment: Readonly<Record<string, string>>,
  listener: UpListener,
): Promise<RunningFunctions> {
  listener.busy("functions", "are built and started");
  const began = performance.now();
  const functions = await startFunctions(folder, settings, environment, listener.happened);
  listener.ready("functions", functions.names.join(" "), performance.now() - began);
  return functions;
}

async function timed(listener: UpListener, name: string, what: string, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  await work();
  listener.ready(name, what, performance.now() - began);
}
