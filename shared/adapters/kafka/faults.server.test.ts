import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type KafkaServer, startKafka } from "#local/servers/start-kafka.ts";
import { RECORD_BYTES } from "#shared/wire/record-bytes.ts";
import { KafkaEventLog } from "./event-log.ts";
import { createTopics } from "./topics.ts";

let folder: string;
let server: KafkaServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kafka-"));
  server = await startKafka(folder);
});
afterAll(async () => {
  await server?.kill();
  await rm(folder, { recursive: true });
});

it("loses nothing that it acknowledged, and gives up nothing, while the broker is killed and started again", async () => {
  const settings = { ...server, tls: false, deadlineMs: 60_000 };
  const topic = "ticks";
  await createTopics(
    settings,
    [{ name: topic, partitions: 2, retentionMs: 86_400_000, maxRecordBytes: RECORD_BYTES }],
    1,
  );
  const log = await KafkaEventLog.open(settings);
  try {
    const acknowledged: string[] = [];
    const read = new Map<string, number>();
    let stop = false;
    const publishing = (async () => {
      for (let i = 0; !stop; i += 10) {
        const texts = Array.from({ length: 10 }, (_, j) => String(i + j));
        await log.publish(
          topic,
          texts.map((text) => ({ key: text, value: Buffer.from(text) })),
        );
        acknowledged.push(...texts);
        await sleep(5);
      }
    })();
    const take = async (): Promise<number> => {
      const records = await log.poll("g", topic, 50);
      for (const { value } of records) read.set(String(value), (read.get(String(value)) ?? 0) + 1);
      await log.commit("g", records);
      return records.length;
    };
    const polling = (async () => {
      while (!stop) if ((await take()) === 0) await sleep(5);
    })();
    const both = Promise.all([publishing, polling]);
    await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(200);
    await server.kill();
    const atKill = acknowledged.length;
    const late = { ...settings, deadlineMs: 300 };
    await expect(KafkaEventLog.open(late)).rejects.toThrow("could not be reached within 300 ms");
    server = await startKafka(folder);
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(atKill + 200);
    stop = true;
    await both;
    while ((await take()) > 0);
    expect(acknowledged.filter((text) => !read.has(text))).toEqual([]);
    // The producer numbers its records, so that what it repeats is stored once.
    expect(read.size).toBe(acknowledged.length);
    expect(Math.max(...read.values())).toBe(1);
  } finally {
    await log.close();
  }
});

it("says which call could not be done when the broker stays away", async () => {
  const settings = { ...server, tls: false, deadlineMs: 5_000 };
  const topic = "away";
  await createTopics(
    { ...settings, deadlineMs: 20_000 },
    [{ name: topic, partitions: 1, retentionMs: 60_000, maxRecordBytes: RECORD_BYTES }],
    1,
  );
  const log = await KafkaEventLog.open(settings);
  try {
    await log.publish(topic, [{ key: "a", value: null }]);
    const records = await log.poll("g", topic, 1);
    await server.kill();
    const away = (what: string) =>
      expect.objectContaining({
        name: "InputError",
        code: "store",
        message: expect.stringMatching(new RegExp(`^Kafka at .+ could not ${what} within 5000 ms`)),
      });
    await Promise.all([
      expect(log.publish(topic, [{ key: "a", value: null }])).rejects.toEqual(away("take 1 records of topic 'away'")),
      expect(log.poll("g", topic, 1)).rejects.toEqual(away("read offsets of group 'g'")),
      expect(log.commit("g", records)).rejects.toEqual(away("read offsets of group 'g'")),
    ]);
  } finally {
    await log.close();
  }
});
