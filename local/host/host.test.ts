import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { STREAM_FUNCTIONS, TOPICS } from "#functions/topology.ts";
import { isLiving } from "#local/up/living-process.ts";
import { MemoryEventLog } from "#shared/adapters/memory/event-log.ts";
import type { HostedFunction } from "./function-process.ts";
import { type Host, type HostSettings, startHost } from "./host.ts";
import { LineLog } from "./line-log.ts";
import { TestFolder } from "./test-bundles.ts";

let folder: TestFolder;
let hosts: Host[];

beforeEach(async () => {
  folder = await TestFolder.make();
  hosts = [];
});
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.stop(0)));
  await folder.remove();
});

const memoryLog = () =>
  new MemoryEventLog(
    TOPICS.map(({ name, partitions }) => ({ name, partitions, groups: [], bound: 1_000 })),
    Date.now,
  );

async function hostOf(settings: Partial<HostSettings>): Promise<Host> {
  const host = await startHost({
    log: memoryLog(),
    bootstrapServers: "127.0.0.1:9092",
    functions: [],
    tasks: [],
    folder: join(folder.path, "logs"),
    onEvent: folder.onEvent,
    ...settings,
  });
  hosts.push(host);
  return host;
}

async function functionOf(name: string, source: string): Promise<HostedFunction> {
  const bundlePath = await folder.bundle(name, source);
  return { name, bundlePath, environment: {}, timeoutMs: 20_000, memoryMb: 256, concurrency: 2 };
}

const SAY_RECORDS = `
  export const handler = async ({ records }) => {
    for (const { topic, value } of Object.values(records).flat()) {
      console.log(topic, Buffer.from(value, "base64").toString());
    }
  };`;

it("triggers each function by the topics of the topology, and tells how it goes", async () => {
  const log = memoryLog();
  const functions = await Promise.all(["archive", "aggregate"].map((name) => functionOf(name, SAY_RECORDS)));
  const host = await hostOf({ log, functions });
  await log.publish("ticks", [{ key: "a", value: Buffer.from("a tick") }]);
  await log.publish("candles", [{ key: "a", value: Buffer.from("a candle") }]);
  for (const [name, line] of [
    ["archive", "ticks a tick"],
    ["aggregate", "ticks a tick"],
    ["archive", "candles a candle"],
  ]) {
    await folder.event((event) => event.kind === "line" && event.name === name && event.line === line);
  }
  const told = async () => (await (await fetch(host.statusUrl)).json()) as Awaited<ReturnType<Host["status"]>>;
  await expect.poll(async () => (await told()).sources.filter(({ records }) => records === 1).length).toBe(3);
  const { sources, functions: pools } = await told();
  const triggered = STREAM_FUNCTIONS.filter(({ name }) => name === "archive" || name === "aggregate");
  expect(sources.map((source) => [source.function, source.topic])).toEqual(
    triggered.map((each) => [each.name, each.topic]),
  );
  expect(pools[0]!.processes[0]!.rss).toBeGreaterThan(1 << 20);
  expect((await fetch(host.statusUrl.replace("status", "health"))).status).toBe(200);
  expect((await fetch(host.statusUrl.replace("status", "else"))).status).toBe(404);
  expect(await folder.log("aggregate")).toBe("ticks a tick\n");
});

it("works on what is live while a replay keeps its function busy for as long as it may", async () => {
  const log = memoryLog();
  const source = `
    export const handler = async ({ records }) => {
      const [{ topic }] = Object.values(records).flat();
      console.log(topic, "begins");
      if (topic.startsWith("replay")) for (;;);
    };`;
  const host = await hostOf({ log, functions: [await functionOf("step-strategies", source)] });
  for (const key of ["a", "b", "c", "d", "e"]) await log.publish("replay-candles", [{ key, value: null }]);
  await folder.event((event) => event.kind === "line" && event.line === "replay-candles begins");
  await log.publish("candles", [{ key: "a", value: null }]);
  await folder.event((event) => event.kind === "line" && event.line === "candles begins");
  await expect
    .poll(async () => (await host.status()).sources.find(({ topic }) => topic === "candles")?.batches)
    .toBe(1);
  const [status] = (await host.status()).functions;
  expect(new Set(status!.processes.map(({ topic }) => topic))).toEqual(new Set(["candles", "replay-candles"]));
});

it("tells how the process of a function ended that ended last, whichever trigger it was of", async () => {
  const host = await hostOf({ functions: [await functionOf("archive", SAY_RECORDS)] });
  const ends = [
    ["candles", "SIGKILL"],
    ["ticks", "SIGTERM"],
    ["run-events", "SIGKILL"],
  ] as const;
  for (const [i, [topic, signal]] of ends.entries()) {
    const own = (await host.status()).functions[0]!.processes.find((each) => each.topic === topic)!;
    process.kill(own.processId, signal);
    await expect
      .poll(async () => (await host.status()).functions)
      .toMatchObject([{ restarts: i + 1, lastEnd: `was ended by ${signal}` }]);
  }
});

it("lets a batch that a function works on end before it stops, and commits it", async () => {
  const log = memoryLog();
  const go = join(folder.path, "go");
  const source = `
    import { existsSync } from "node:fs";
    export const handler = async () => {
      console.log("working");
      while (!existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 5));
    };`;
  const host = await hostOf({ log, functions: [await functionOf("step-strategies", source)] });
  await log.publish("candles", [{ key: "a", value: null }]);
  await folder.line("working");
  const stopped = host.stop();
  hosts = [];
  await folder.bundle("go", "");
  await stopped;
  const group = "step-strategies/candles";
  expect(await log.positions(group, "candles")).toEqual([{ partition: 0, begin: 0, next: 1, end: 1 }]);
  expect(folder.events.at(-1)).toMatchObject({ kind: "process-ended", how: "was ended with the host" });
});

it("ends a batch that does not end in time, and leaves it to the next host", async () => {
  const log = memoryLog();
  const source = 'export const handler = async () => { console.log("working"); for (;;); };';
  const host = await hostOf({ log, functions: [await functionOf("step-strategies", source)] });
  await log.publish("candles", [{ key: "a", value: null }]);
  await folder.line("working");
  hosts = [];
  await host.stop(50);
  expect(await log.poll("step-strategies/candles", "candles", 10)).toHaveLength(1);
});

it("runs a function at its times with the event that EventBridge Scheduler gives, and survives its failure", async () => {
  const source =
    'export const handler = async (event) => { console.log(JSON.stringify(event)); throw new Error("no"); };';
  const host = await hostOf({ functions: [await functionOf("rebuild", source)] });
  const event = await folder.line("Scheduled Event");
  expect(JSON.parse((event as { line: string }).line)).toMatchObject({
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
  await expect
    .poll(async () => (await host.status()).schedules)
    .toMatchObject([
      { function: "rebuild", running: false, turns: 0, lastError: { message: "Error: no", attempts: 1 } },
    ]);
});

it("keeps a task running, and asks it to end before it kills it", async () => {
  const marker = join(folder.path, "second");
  const source = `
    import { existsSync, writeFileSync } from "node:fs";
    if (!existsSync(${JSON.stringify(marker)})) {
      writeFileSync(${JSON.stringify(marker)}, "");
      process.exit(4);
    }
    process.on("SIGTERM", () => { console.log("ending"); process.exit(0); });
    setInterval(() => {}, 1e6);
    console.log("runs with", process.env.GIVEN);`;
  const bundlePath = await folder.bundle("replay", source);
  const host = await hostOf({ tasks: [{ name: "replay", bundlePath, environment: { GIVEN: "1" } }] });
  await folder.line("runs with 1");
  expect((await host.status()).tasks).toMatchObject([{ name: "replay", restarts: 1, lastEnd: "exited with code 4" }]);
  hosts = [];
  await host.stop();
  expect(folder.events.filter(({ kind }) => kind === "process-ended")).toMatchObject([
    { how: "exited with code 4" },
    { how: "exited with code 0" },
  ]);
  expect(await folder.log("replay")).toBe("runs with 1\nending\n");
});

it("takes its processes along when it is killed, idle ones, busy ones and tasks", async () => {
  const busy = 'export const handler = async () => { console.log("busy", process.pid); for (;;); };';
  const idle = 'console.log("idle", process.pid); export const handler = async () => {};';
  const bundles = {
    rebuild: await folder.bundle("rebuild", busy),
    archive: await folder.bundle("archive", idle),
    task: await folder.bundle("task", 'console.log("task", process.pid); setInterval(() => {}, 1e6);'),
  };
  const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const program = await folder.bundle(
    "host",
    `
    import { startHost } from ${here("host.ts")};
    import { MemoryEventLog } from ${here("../../shared/adapters/memory/event-log.ts")};
    const [folder, bundles] = [process.argv[2], JSON.parse(process.argv[3])];
    const topics = ${JSON.stringify(TOPICS)}.map(({ name }) => ({ name, partitions: 1, groups: [], bound: 9 }));
    const common = { environment: {}, timeoutMs: 600000, memoryMb: 256, concurrency: 1 };
    await startHost({
      log: new MemoryEventLog(topics, Date.now), bootstrapServers: "", folder,
      functions: ["rebuild", "archive"].map((name) => ({ name, bundlePath: bundles[name], ...common })),
      tasks: [{ name: "task", bundlePath: bundles.task, environment: {} }],
      onEvent: (event) => event.kind === "line" && console.log(event.line),
    });`,
  );
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const child = spawn(process.execPath, [program, join(folder.path, "logs"), JSON.stringify(bundles)], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  new LineLog(folder.path, "host", (line) => folder.onEvent({ kind: "line", name: "host", line })).follow(child.stdout);
  const lines = await Promise.all(["busy", "idle", "task"].map((what) => folder.line(what)));
  const processIds = lines.map((line) => Number((line as { line: string }).line.split(" ")[1]));
  expect(processIds.map(isAlive)).toEqual([true, true, true]);
  child.kill("SIGKILL");
  await expect.poll(() => processIds.map(isAlive), { timeout: 10_000 }).toEqual([false, false, false]);
});

const isAlive = (processId: number): boolean => isLiving({ processId, started: null });
