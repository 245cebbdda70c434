import { setTimeout as sleep } from "node:timers/promises";
import { groupOf, SCHEDULED_FUNCTIONS, STREAM_FUNCTIONS, TOPICS } from "#functions/topology.ts";
import type { FollowableLog } from "#shared/ports/event-log.ts";
import { EventSource, type SourceStatus } from "./event-source.ts";
import { FunctionPool, type LastEnd, type PoolStatus } from "./function-pool.ts";
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

/** How a function's processes do, over all its triggers. */
export interface FunctionStatus extends Omit<PoolStatus, "processes" | "lastEnd"> {
  readonly name: string;
  /** `topic`: whose records it works on; null where time triggers it. */
  readonly processes: readonly (PoolStatus["processes"][number] & { readonly topic: string | null })[];
  /** How the process ended that ended last and was not asked to. */
  readonly lastEnd: string | null;
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
/** A process of what is used now and then only is ended when it had no work for so long, ms. */
const IDLE_MS = 300_000;

/**
 * Runs functions and tasks in processes of their own, and triggers the functions by records and by time as the topology
 * says: what AWS does with the same bundles. Resolves when each trigger that is to be warm has a process that is ready,
 * or failed to start and is started again. All processes end with this one at the latest.
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
  const pools = settings.functions.flatMap((spec) => poolsOf(spec, api, logOf(spec.name), onEvent));
  const sources = sourcesOf(settings, pools);
  const schedules = schedulesOf(settings, pools);
  const tasks = settings.tasks.map((spec) => new Task(spec, logOf(spec.name), onEvent));
  const status = async (): Promise<HostStatus> => ({
    sources: sources.map((source) => source.status()),
    schedules: schedules.map((schedule) => schedule.status()),
    functions: await Promise.all(settings.functions.map(({ name }) => functionStatus(name, pools))),
    tasks: await Promise.all(tasks.map((task) => task.status())),
  });
  const server = await openStatusServer(status);
  await Promise.all(pools.map(({ warm, pool }) => (warm ? pool.warm() : null)));
  for (const each of [...sources, ...schedules, ...tasks]) each.start();
  return {
    statusUrl: server.url,
    status,
    async stop(drainMs = DRAIN_MS) {
      const drained = Promise.all([...sources, ...schedules].map((each) => each.stop()));
      await Promise.all([withinMs(drained, drainMs), ...tasks.map((task) => task.stop())]);
      await Promise.all(pools.map(({ pool }) => pool.stop()));
      await Promise.all([server.close(), api.close()]);
      for (const log of logs) log.close();
    },
  };
}

/** Processes of a function that one of its triggers alone gives work to. */
interface TriggerPool {
  readonly name: string;
  /** Null where time triggers it. */
  readonly topic: string | null;
  /** Whether a process is always ready. */
  readonly warm: boolean;
  readonly pool: FunctionPool;
}

/** One for each trigger, so that none waits for another's: a replay never keeps what is live. */
function poolsOf(spec: HostedFunction, api: RuntimeApi, log: LineLog, onEvent: OnHostEvent): TriggerPool[] {
  const { name } = spec;
  const streams = STREAM_FUNCTIONS.filter((each) => each.name === name).map(({ topic, warm }): TriggerPool => {
    const { partitions } = TOPICS.find((each) => each.name === topic)!;
    const own = { ...spec, concurrency: Math.min(spec.concurrency, partitions) };
    return { name, topic, warm, pool: new FunctionPool(own, api, log, onEvent, warm ? null : IDLE_MS) };
  });
  const scheduled = SCHEDULED_FUNCTIONS.filter((each) => each.name === name).map((): TriggerPool => {
    return { name, topic: null, warm: true, pool: new FunctionPool({ ...spec, concurrency: 1 }, api, log, onEvent) };
  });
  return [...streams, ...scheduled];
}

async function functionStatus(name: string, pools: readonly TriggerPool[]): Promise<FunctionStatus> {
  const own = pools.filter((each) => each.name === name);
  const told = await Promise.all(own.map(({ pool }) => pool.status()));
  const sum = (of: (each: PoolStatus) => number): number => told.reduce((total, each) => total + of(each), 0);
  return {
    name,
    processes: own.flatMap(({ topic }, i) => told[i]!.processes.map((each) => ({ ...each, topic }))),
    waiting: sum(({ waiting }) => waiting),
    invocations: sum(({ invocations }) => invocations),
    failures: sum(({ failures }) => failures),
    restarts: sum(({ restarts }) => restarts),
    lastEnd: latest(told.map(({ lastEnd }) => lastEnd)),
  };
}

function latest(ends: readonly (LastEnd | null)[]): string | null {
  const known = ends.filter((end) => end !== null);
  return known.toSorted((a, b) => b.time - a.time)[0]?.how ?? null;
}

function sourcesOf({ log, bootstrapServers, onEvent }: HostSettings, pools: readonly TriggerPool[]): EventSource[] {
  return STREAM_FUNCTIONS.flatMap((stream) => {
    const { name, topic, batchSize, batchWindowMs } = stream;
    const own = pools.find((each) => each.name === name && each.topic === topic);
    if (own === undefined) return [];
    const source = { functionName: name, topic, group: groupOf(stream), batchSize, batchWindowMs };
    const invoke = (event: string): Promise<string> => own.pool.invoke(event);
    return [new EventSource({ ...source, bootstrapServers }, { log, invoke, onEvent })];
  });
}

function schedulesOf({ onEvent }: HostSettings, pools: readonly TriggerPool[]): Schedule[] {
  return SCHEDULED_FUNCTIONS.flatMap(({ name, everyMs }) => {
    const own = pools.find((each) => each.name === name && each.topic === null);
    return own === undefined ? [] : [new Schedule(name, everyMs, (event) => own.pool.invoke(event), onEvent)];
  });
}

async function withinMs(done: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([done, late]);
  over.abort();
}
