import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TOPICS } from "#functions/topology.ts";
import { type KafkaServer, startKafka } from "#local/servers/start-kafka.ts";
import { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";
import { type KafkaSettings, kafkaOf } from "#shared/adapters/kafka/settings.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { MemoryCheckpointStore } from "#shared/adapters/memory/checkpoint-store.ts";
import { aggregate } from "#shared/app/aggregate.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { raiseEpoch, topicStates } from "#shared/app/topics.ts";
import { generateMarket } from "#shared/generator/generate-market.ts";
import { majorPairs } from "#shared/generator/major-pairs.ts";
import { collectTicks } from "#shared/market/collect-ticks.ts";
import { instrumentKey } from "#shared/market/instrument.ts";
import type { LogRecord, OutgoingRecord } from "#shared/ports/event-log.ts";
import { encodeTickRecord } from "#shared/wire/tick-records.ts";
import { CANDLES, TICKS } from "#shared/wire/topics.ts";

const BTC = { exchange: "binance", symbol: "BTC/USDT" };
const GROUP = "aggregate/ticks";
const FROM = Date.UTC(2024, 7, 8);

let folder: string;
let server: KafkaServer;
let settings: KafkaSettings;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-recreated-"));
  server = await startKafka(join(folder, "kafka"));
  settings = { brokers: server.brokers, user: server.user, password: server.password, tls: false, deadlineMs: 20_000 };
  await createTopics(settings, TOPICS, 1);
});
afterAll(async () => {
  await server?.kill();
  await rm(folder, { recursive: true, force: true });
});

function blocks(): OutgoingRecord[] {
  const spec = { from: FROM, to: FROM + 3_600_000, instruments: majorPairs(50_000).slice(0, 1) };
  const ticks = collectTicks(generateMarket(7, spec)[0]!.blocks(8_192));
  const key = instrumentKey(BTC);
  return [...tickRecords(ticks, { origin: "live", span: 60_000 })].map((record) => ({
    key,
    value: encodeTickRecord(BTC, record),
  }));
}

/** All that the group has not read yet. */
async function unread(log: KafkaEventLog, topic = TICKS, group = GROUP): Promise<readonly LogRecord[]> {
  for (;;) {
    const positions = await log.positions(group, topic);
    const records = await log.poll(group, topic, 10_000);
    if (records.length > 0 || positions.every(({ next, end }) => next >= end)) return records;
  }
}

const textsOf = (records: readonly OutgoingRecord[]): string[] =>
  records.map(({ value }) => new TextDecoder().decode(value!));

async function recreate(): Promise<void> {
  const admin = kafkaOf(settings).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [TICKS] });
  while ((await admin.listTopics()).includes(TICKS)) await new Promise(setImmediate);
  await admin.disconnect();
  await createTopics(settings, TOPICS, 1);
}

it("a topic that is deleted and made anew stops its stage, and goes on after its epoch was raised", async () => {
  const records = blocks();
  const half = Math.floor(records.length / 2);
  const log = await KafkaEventLog.open(settings);
  const ports = { log, checkpoints: new MemoryCheckpointStore() };

  await log.publish(TICKS, records.slice(0, half));
  const first = await unread(log);
  expect(first).toHaveLength(half);
  await aggregate(ports, first);
  await log.commit(GROUP, first);

  await recreate();
  // As a source does that does not know which of its blocks arrived: the last ones again.
  await log.publish(TICKS, records.slice(half - 3));
  const second = await unread(log);
  expect(second[0]?.offset).toBe(0);
  expect(second).toHaveLength(records.length - half + 3);
  await expect(aggregate(ports, second)).rejects.toThrow("npx millrace topics recreated ticks");
  expect(await raiseEpoch(ports, TICKS)).toEqual({ reset: 1, kept: 0 });
  await aggregate(ports, await unread(log));
  await log.commit(GROUP, await unread(log));
  expect(await topicStates(ports, [{ name: TICKS, retentionMs: 1, groups: [GROUP] }])).toMatchObject([
    { epoch: 1, groups: [{ lag: 0 }] },
  ]);

  // The same, on a topic that was never recreated.
  const candles = textsOf(await unread(log, CANDLES, "a reader"));
  await log.commit("a reader", await unread(log, CANDLES, "a reader"));
  const before = candles.length;
  const { partition } = first[0]!;
  const straight = records.map((record, offset) => ({
    ...record,
    topic: TICKS,
    partition,
    offset,
    appendTime: offset,
  }));
  await aggregate({ log, checkpoints: new MemoryCheckpointStore() }, straight);
  expect(textsOf(await unread(log, CANDLES, "a reader"))).toEqual(candles);
  expect(before).toBeGreaterThan(50);
  await log.close();
});
