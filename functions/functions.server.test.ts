import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { codeOf, planOf } from "#local/embedded/test-chain.ts";
import { LoneFunction } from "#local/host/lone-function.ts";
import { sharedServer } from "#local/servers/shared-servers.ts";
import { type KafkaServer, startKafka } from "#local/servers/start-kafka.ts";
import { type QuestdbServer, startQuestdb } from "#local/servers/start-questdb.ts";
import { publishArtefact } from "#local/strategies/artefact.ts";
import { strategyRoots } from "#local/strategies/catalog.ts";
import { liveRunPorts } from "#local/up/live-run-ports.ts";
import { openServerPlatform } from "#local/up/server-platform.ts";
import { environmentOf } from "#local/up/up-environment.ts";
import { clientOf } from "#shared/adapters/dynamodb/settings.ts";
import { CHECKPOINT_KEY, createTable, RUN_KEY } from "#shared/adapters/dynamodb/tables.ts";
import { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { openQuestdbStore } from "#shared/adapters/questdb/store.ts";
import { startPaperRun } from "#shared/app/paper-run.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import type { Candle } from "#shared/market/candle.ts";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import { tickColumns } from "#shared/market/tick.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import { questdbConnection } from "#shared/testkit/questdb-connection.ts";
import { START, ticksFrom } from "#shared/testkit/tick-samples.ts";
import { decodeCandlesRecord } from "#shared/wire/candle-records.ts";
import { decodeDeadLetter } from "#shared/wire/dead-letters.ts";
import { encodeKafkaEvent } from "#shared/wire/kafka-event.ts";
import { RECORD_BYTES } from "#shared/wire/record-bytes.ts";
import { encodeTickRecord } from "#shared/wire/tick-records.ts";
import { CANDLES, DEAD_LETTERS, RUN_EVENTS, TICKS } from "#shared/wire/topics.ts";
import { buildFunctions } from "./bundle.ts";
import { type FunctionName, TOPICS } from "./topology.ts";

const INSTRUMENT: Instrument = { exchange: "binance", symbol: "FUNCTIONS/USDT" };
const KEY = instrumentKey(INSTRUMENT);

let folder: string;
let kafka: KafkaServer;
let questdb: QuestdbServer;
let environment: Readonly<Record<string, string>>;
let log: KafkaEventLog;
let bundles: ReadonlyMap<FunctionName, string>;
const processes: LoneFunction[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "functions-"));
  const built = buildFunctions();
  // Servers of its own: the test kills them.
  const [broker, store, dynamodb] = await Promise.all([
    startKafka(join(folder, "kafka")),
    startQuestdb(join(folder, "questdb")),
    sharedServer("dynamodb"),
  ]);
  [kafka, questdb] = [broker, store];
  const own = randomBytes(6).toString("hex");
  const tables = { MILLRACE_CHECKPOINTS_TABLE: `checkpoints-${own}`, MILLRACE_RUNS_TABLE: `runs-${own}` };
  environment = { ...environmentOf({ kafka, questdb, dynamodb }, folder, undefined), ...tables };
  const { brokers, user, password } = kafka;
  const settings = { brokers, user, password, tls: false, deadlineMs: 20_000 };
  await createTopics(settings, TOPICS, 1);
  log = await KafkaEventLog.open(settings);
  const { endpoint, region, ...credentials } = dynamodb;
  const client = clientOf({ endpoint, region, credentials });
  await createTable(client, tables.MILLRACE_CHECKPOINTS_TABLE, CHECKPOINT_KEY);
  await createTable(client, tables.MILLRACE_RUNS_TABLE, RUN_KEY);
  client.destroy();
  bundles = new Map((await built).map(({ name, file }) => [name, file]));
}, 180_000);
afterEach(() => Promise.all(processes.splice(0).map((each) => each.stop())));
afterAll(async () => {
  await log?.close();
  await Promise.all([kafka?.kill(), questdb?.kill()]);
  await rm(folder, { recursive: true });
});

async function start(name: FunctionName, changes: Readonly<Record<string, string>> = {}): Promise<LoneFunction> {
  const started = await LoneFunction.start(name, bundles.get(name)!, { ...environment, ...changes });
  processes.push(started);
  return started;
}

const eventOf = (records: readonly LogRecord[]) => encodeKafkaEvent(kafka.brokers.join(","), records);

const record = (offset: number, value: Uint8Array, key = KEY): LogRecord => ({
  topic: TICKS,
  partition: 0,
  offset,
  appendTime: START + offset,
  key,
  value,
});

const ticksOf = (firstId: number, count: number, start: number, offset: number): LogRecord[] =>
  Array.from(tickRecords(tickColumns(ticksFrom(firstId, count, start)), { origin: "live", span: 30_000 }), (each, i) =>
    record(offset + i, encodeTickRecord(INSTRUMENT, each)),
  );

/** What a topic got since the last call. */
async function published(topic: string): Promise<readonly LogRecord[]> {
  const records = await log.poll("test", topic, 10_000);
  await log.commit("test", records);
  return records;
}

async function stored(): Promise<Candle[]> {
  const store = await openQuestdbStore(questdbConnection(questdb, 30_000), { keepTicksDays: null });
  const candles: Candle[] = [];
  const query = { instrument: INSTRUMENT, timeframe: "1m", from: START, to: START + 3_600_000 } as const;
  for await (const block of store.candles.readOrigin(query, "live")) candles.push(...block);
  await store.close();
  return candles;
}

/** What the function said of its batches. */
const reportsOf = (process: LoneFunction) =>
  process
    .printed()
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ message }) => message === "batch");

it("makes candles of ticks and stores them, and says so in one line a batch", async () => {
  const aggregate = await start("aggregate");
  const ticks = ticksOf(0, 300, START, 0);
  expect(await aggregate.invoke(eventOf(ticks))).toBeNull();
  // Delivered again.
  expect(await aggregate.invoke(eventOf(ticks))).toBeNull();
  const candles = await published(CANDLES);
  const closed = candles.flatMap(({ value }) => decodeCandlesRecord(value).candles);
  const minutes = closed.filter(({ timeframe }) => timeframe === "1m");
  expect(minutes.map(({ openTime, revision, trades }) => [openTime - START, revision, trades])).toEqual(
    [0, 1, 2, 3].map((minute) => [minute * 60_000, 0, 60]),
  );
  const [first, second] = reportsOf(aggregate);
  const common = { stage: "aggregate", topic: TICKS, partition: 0, firstOffset: 0, lastOffset: ticks.length - 1 };
  const done = { ...common, records: ticks.length, outcome: "done", error: null, level: "INFO" };
  expect(first).toMatchObject({ ...done, outputs: { [CANDLES]: candles.length } });
  expect(second).toMatchObject({ ...done, outputs: {} });
  expect(aggregate.printed().filter((line) => line.includes('"CloudWatchMetrics"'))).toHaveLength(2);

  const archive = await start("archive");
  expect(await archive.invoke(eventOf([...ticks, ...candles]))).toBeNull();
  expect(await stored()).toEqual(minutes);
  expect(reportsOf(archive).map(({ topic, records }) => [topic, records])).toEqual([
    [TICKS, ticks.length],
    [CANDLES, candles.length],
  ]);

  // With no run there is nothing to step.
  expect(await (await start("step-strategies")).invoke(eventOf(candles))).toBeNull();
});

it("makes candles of what was imported, and of nothing that is not behind the live watermark", async () => {
  const imported: Instrument = { exchange: "binance", symbol: "IMPORTED/USDT" };
  const store = await openQuestdbStore(questdbConnection(questdb, 30_000), { keepTicksDays: null });
  await store.ticks.append(imported, tickColumns(ticksFrom(0, 300, START)), "import");
  for (const each of [imported, INSTRUMENT]) await store.ranges.markDirty(each, START, START + 300_000);
  expect(await (await start("rebuild")).invoke({ time: "2026-01-01T00:00:00Z" })).toBeNull();
  const rebuilt = async (instrument: Instrument): Promise<Candle[]> => {
    const query = { instrument, timeframe: "1m", from: START, to: START + 3_600_000 } as const;
    const candles: Candle[] = [];
    for await (const block of store.candles.readOrigin(query, "rebuilt")) candles.push(...block);
    return candles;
  };
  const minutes = (await rebuilt(imported)).map(({ openTime, trades }) => [(openTime - START) / 60_000, trades]);
  expect(minutes).toEqual([0, 1, 2, 3, 4].map((minute) => [minute, 60]));
  expect(await store.ranges.dirty(imported)).toEqual([]);
  expect(await rebuilt(INSTRUMENT)).toEqual([]);
  expect(await store.ranges.dirty(INSTRUMENT)).not.toEqual([]);
  await store.close();
});

it("steps a run by the code that it was registered with, and stores what it did", async () => {
  const platform = await openServerPlatform(environment);
  const plan = planOf("sma-cross", ["binance:BTC/USDT@1m"], START);
  const code = await codeOf(platform.catalog, plan.strategy);
  await publishArtefact(platform.states, strategyRoots({}), code);
  const { run } = await startPaperRun(liveRunPorts(platform), plan, code, START);
  const { feed } = plan.feeds[0]!;
  const ups = ticksFrom(0, 1_800).map((tick, i) => ({ ...tick, price: 100 + ((Math.floor(i / 60) * 7) % 10) }));
  const records = Array.from(tickRecords(tickColumns(ups), { origin: "live", span: 60_000 }), (each, i) =>
    record(2_000 + i, encodeTickRecord(feed.instrument, each), instrumentKey(feed.instrument)),
  );
  expect(await (await start("aggregate")).invoke(eventOf(records))).toBeNull();
  const candles = await published(CANDLES);
  const archive = await start("archive");
  const step = await start("step-strategies");
  expect(await archive.invoke(eventOf(candles))).toBeNull();
  expect(await step.invoke(eventOf(candles))).toBeNull();
  expect(await archive.invoke(eventOf(await published(RUN_EVENTS)))).toBeNull();
  const { cycles, fills } = await platform.store.results.read(run);
  expect(cycles.time.at(-1)).toBe(START + 29 * 60_000 - 1);
  expect(fills.length).toBeGreaterThan(5);
  expect(await platform.store.runs.get(run)).toMatchObject({ run, status: "running", kind: "paper" });
  await platform.close();
});

it("sends poison to dead letters, and waits for records of a newer version", async () => {
  const aggregate = await start("aggregate");
  const key = "binance:POISON/USDT";
  const poison = record(1_000, new TextEncoder().encode("no JSON"), key);
  expect(await aggregate.invoke(eventOf([poison]))).toBeNull();
  const letters = await published(DEAD_LETTERS);
  expect(letters.map(({ value }) => JSON.parse(new TextDecoder().decode(value!)))).toEqual([
    expect.objectContaining({ topic: TICKS, partition: 0, offset: 1_000 }),
  ]);
  const newer = record(1_001, new TextEncoder().encode('{"v":99,"kind":"ticks"}'), key);
  const message = await aggregate.invoke(eventOf([newer]));
  const error = "record version 99 is newer than 1: upgrade this reader";
  expect(message).toBe(`NewerVersionError: ${error}`);
  expect(reportsOf(aggregate).at(-1)).toMatchObject({ outcome: "failed", level: "ERROR", error });
  expect(await published(DEAD_LETTERS)).toEqual([]);
});

it("sends the greatest poison that a topic takes to dead letters whole", async () => {
  const aggregate = await start("aggregate");
  await published(DEAD_LETTERS);
  const [head, tail] = ['{"v":1,"kind":"', '"}'];
  // The reason would repeat it, and Kafka is thought to add 101 bytes.
  const filling = "\\u0001".repeat((RECORD_BYTES - 101 - KEY.length - head.length - tail.length) / 6);
  const value = new TextEncoder().encode(`${head}${filling}${tail}`);
  await log.publish(TICKS, [{ key: KEY, value }]);
  const [poison] = await published(TICKS);
  expect(await aggregate.invoke(eventOf([poison!]))).toBeNull();
  const [letter] = await published(DEAD_LETTERS);
  const { topic, key, reason, value: raw } = decodeDeadLetter(letter!.value);
  expect({ topic, key, reason: reason.slice(0, 14) }).toEqual({ topic: TICKS, key: KEY, reason: 'kind is "\\u000' });
  expect(Buffer.compare(raw!, value)).toBe(0);
});

it("names everything that is missing in its environment", async () => {
  const archive = await start("archive", { MILLRACE_KAFKA_BROKERS: "", MILLRACE_QUESTDB_PG_PORT: "x" });
  const message = await archive.invoke(eventOf(ticksOf(0, 1, START, 0)));
  expect(message).toMatch(/MILLRACE_KAFKA_BROKERS and .* are missing: .*MILLRACE_QUESTDB_PG_PORT is 'x': give/);
});

it("tells that a server is down, and goes on when it is back", async () => {
  const aggregate = await start("aggregate");
  const more = ticksOf(300, 120, START + 300_000, 100);
  await published(CANDLES);
  await kafka.kill();
  // Nothing was opened yet: the opening fails, and is tried again with the next batch.
  expect(await aggregate.invoke(eventOf(more))).toMatch(
    /^InputError: Kafka at 127\.0\.0\.1:\d+ could not be reached within 20000 ms/,
  );
  kafka = await startKafka(join(folder, "kafka"), kafka.ports);
  expect(await aggregate.invoke(eventOf(more))).toBeNull();
  const candles = await published(CANDLES);
  const openTimes = candles
    .flatMap(({ value }) => decodeCandlesRecord(value).candles)
    .filter(({ timeframe }) => timeframe === "1m")
    .map(({ openTime }) => (openTime - START) / 60_000);
  expect(openTimes).toEqual([4, 5]);

  const archive = await start("archive");
  expect(await archive.invoke(eventOf(candles))).toBeNull();
  await questdb.kill();
  expect(await archive.invoke(eventOf(candles))).toMatch(
    /^InputError: QuestDB at .* cannot be reached while writing .*: start it/,
  );
  expect(reportsOf(archive).at(-1)).toMatchObject({ stage: "archive", outcome: "failed" });
  questdb = await startQuestdb(join(folder, "questdb"), questdb.ports);
  expect(await archive.invoke(eventOf(candles))).toBeNull();
  expect((await stored()).slice(-2).map(({ openTime }) => (openTime - START) / 60_000)).toEqual([4, 5]);
}, 180_000);
