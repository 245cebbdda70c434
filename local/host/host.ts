import { setTimeout as sleep } from "node:timers/promises";
import { groupOf, SCHEDULED_FUNCTIONS, STREAM_FUNCTIONS } from "#functions/topology.ts";
import type { FollowableLog } from "#shared/ports/event-log.ts";
import { EventSource, type SourceStatus } from "./event-source.ts";
import { FunctionPool, type FunctionStatus } from "./function-pool.ts";
import type { HostedFunction } from "./function-process.ts";
import type { OnHostEvent } from "./host-events.ts";
import { LineLog } from "./line-log.ts";
import { RuntimeApi } from "./runtime-api.ts";
import { Schedule, type ScheduleStatus } from "./schedule.ts";
import { openStatusServer } from "./status-server.ts";
import { type HostedTask, Task, type TaskStatus } from "./task.ts";

/** What a host runs. */
export interface HostSettings {
  /** Its owner closes it, after the host is stopped. */
  readonly log: FollowableLog;
  /** Told to functions with each event: `host:port,host:port`. */
  readonly bootstrapServers: string;
  /** Those of them that the topology names are triggered as it says. */
  readonly functions: readonly HostedFunction[];
  readonly tasks: readonly HostedTask[];
  /** Of the log files, one for each function and task. */
  readonly folder: string;
  readonly onEvent: OnHostEvent;
}

export interface HostStatus {
  readonly sources: readonly SourceStatus[];
  readonly schedules: readonly ScheduleStatus[];
  readonly functions: readonly FunctionStatus[];
  readonly tasks: readonly TaskStatus[];
}

/** A host that runs. */
export interface Host {
  /** Where `status` is told as JSON: `http://127.0.0.1:port/status`, with `/health` beside it. */
  readonly statusUrl: string;
  status(): Promise<HostStatus>;
  /**
   * Takes no more records, waits up to `drainMs` (30 s unless told otherwise) for batches in the functions' hands, and
   * ends all processes. What did not succeed till then is delivered again by the next host.
   */
  stop(drainMs?: number): Promise<void>;
}

const DRAIN_MS = 30_000;

/**
 * Runs functions and tasks in processes of their own, and triggers the functions by records and by time as the topology
 * says: what AWS does with the same bundles. Resolves when each function's first process is ready, or failed to start
 * and is started again. All processes end with this one at the latest.
 */
export async function startHost(settings: HostSettings): Promise<Host> {
  const { folder, onEvent } = settings;
  const api = await RuntimeApi.open();
  const logs: LineLog[] = [];
  const logOf = (name: string): LineLog => {
    const log = new LineLog(folder, name, (line) => onEvent({ kind: "line", name, line }));
    logs.push(log);
    return log;
  };
  const pools = new Map(
    settings.functions.map((spec) => [spec.name, new FunctionPool(spec, api, logOf(spec.name), onEvent)]),
  );
  const sources = sourcesOf(settings, pools);
  const schedules = schedulesOf(settings, pools);
  const tasks = settings.tasks.map((spec) => new Task(spec, logOf(spec.name), onEvent));
  const status = async (): Promise<HostStatus> => ({
    sources: sources.map((source) => source.status()),
    schedules: schedules.map((schedule) => schedule.status()),
    functions: await Promise.all([...pools.values()].map((pool) => pool.status())),
    tasks: await Promise.all(tasks.map((task) => task.status())),
  });
  const server = await openStatusServer(status);
  await Promise.all([...pools.values()].map((pool) => pool.warm()));
  for (const each of [...sources, ...schedules, ...tasks]) each.start();
  return {
    statusUrl: server.url,
    status,
    async stop(drainMs = DRAIN_MS) {
      const drained = Promise.all([...sources, ...schedules].map((each) => each.stop()));
      await Promise.all([withinMs(drained, drainMs), ...tasks.map((task) => task.stop())]);
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
      await Promise.all([server.close(), api.close()]);
      for (const log of logs) log.close();
    },
  };
}

function sourcesOf({ log, bootstrapServers, onEvent }: HostSettings, pools: Pools): EventSource[] {
  return STREAM_FUNCTIONS.flatMap((stream) => {
    const pool = pools.get(stream.name);
    if (pool === undefined) return [];
    const { topic, batchSize, batchWindowMs } = stream;
    const source = { functionName: stream.name, topic, group: groupOf(stream), batchSize, batchWindowMs };
    return [new EventSource({ ...source, bootstrapServers }, { log, invoke: (event) => pool.invoke(event), onEvent })];
  });
}

function schedulesOf({ onEvent }: HostSettings, pools: Pools): Schedule[] {
  return SCHEDULED_FUNCTIONS.flatMap(({ name, everyMs }) => {
    const pool = pools.get(name);
    return pool === undefined ? [] : [new Schedule(name, everyMs, (event) => pool.invoke(event), onEvent)];
  });
}

type Pools = ReadonlyMap<string, FunctionPool>;

async function withinMs(done: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([done, late]);
  over.abort();
}
