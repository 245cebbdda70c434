import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";
import { beforeAll, describe, expect, it } from "vitest";
import { sharedServer } from "#local/servers/shared-servers.ts";
import type { KafkaAccess } from "#local/servers/start-kafka.ts";
import type { PartitionPosition } from "#shared/ports/event-log.ts";
import { eventLogContract } from "#shared/testkit/event-log-contract.ts";
import { LETTER_BYTES, RECORD_BYTES } from "#shared/wire/record-bytes.ts";
import { DEAD_LETTERS } from "#shared/wire/topics.ts";
import { KafkaEventLog } from "./event-log.ts";
import type { KafkaSettings } from "./settings.ts";
import { createTopics, type KafkaTopic } from "./topics.ts";

let access: KafkaAccess;
let settings: KafkaSettings;

beforeAll(async () => {
  access = await sharedServer("kafka");
  settings = { ...access, tls: false, deadlineMs: 20_000 };
});

const topicOf = (partitions: number): KafkaTopic => ({
  name: `t-${randomBytes(6).toString("hex")}`,
  partitions,
  retentionMs: 86_400_000,
  maxRecordBytes: RECORD_BYTES,
});

type Rest<F> = F extends (group: string, ...rest: infer Others) => unknown ? Others : never;

/** A log that gives groups names of their own: groups outlive a test on a server that others use. */
async function openLog() {
  const topics = [topicOf(3), topicOf(2)] as const;
  await createTopics(settings, topics, 1);
  const log = await KafkaEventLog.open(settings);
  const own = (group: string) => `${group} of ${topics[0].name}`;
  const store = {
    log: {
      publish: log.publish.bind(log),
      poll: (group: string, topic: string, limit: number) => log.poll(own(group), topic, limit),
      commit: (group: string, records: Parameters<typeof log.commit>[1]) => log.commit(own(group), records),
      positions: (group: string, topic: string) => log.positions(own(group), topic),
      follow: (group: string, ...rest: Rest<typeof log.follow>) => log.follow(own(group), ...rest),
    },
    topic: topics[0].name,
    otherTopic: topics[1].name,
  };
  return { store, close: () => log.close() };
}

eventLogContract("KafkaEventLog", openLog);

async function withLog<T>(test: (log: KafkaEventLog, topic: string) => Promise<T>, partitions = 1): Promise<T> {
  const topic = topicOf(partitions);
  await createTopics(settings, [topic], 1);
  const log = await KafkaEventLog.open(settings);
  try {
    return await test(log, topic.name);
  } finally {
    await log.close();
  }
}

describe("topics", () => {
  it("are made once, and refused where they differ, with every difference", async () => {
    const topic = topicOf(2);
    expect(await createTopics(settings, [topic], 1)).toEqual([topic.name]);
    expect(await createTopics(settings, [topic], 1)).toEqual([]);
    const other = topicOf(1);
    const changed = [{ ...topic, partitions: 3, retentionMs: 1_000, maxRecordBytes: 2_000_000 }, other];
    await expect(createTopics(settings, changed, 1)).rejects.toMatchObject({
      name: "InputError",
      code: "conflict",
      message: expect.stringContaining(
        `topic '${topic.name}' has partitions 2 and not 3; topic '${topic.name}' has retention.ms 86400000 and not 1000; ` +
          `topic '${topic.name}' has max.message.bytes 1048588 and not 2000000`,
      ),
    });
    // Nothing was made beside what was refused.
    await createTopics(settings, [{ ...other, partitions: 4 }], 1);
  });

  it("stamp records when they take them", () =>
    withLog(async (log, topic) => {
      const before = Date.now();
      await log.publish(topic, [{ key: "a", value: Uint8Array.of(1) }]);
      const [record] = await log.poll("g", topic, 1);
      expect(record!.appendTime).toBeGreaterThanOrEqual(before);
      expect(record!.appendTime).toBeLessThanOrEqual(Date.now());
    }));
});

describe("records", () => {
  it("of more bytes than a batch may have are published in several", () =>
    withLog(async (log, topic) => {
      const records = Array.from({ length: 12 }, (_, i) => ({ key: String(i), value: randomBytes(400_000) }));
      await log.publish(topic, records);
      const read: string[] = [];
      for (let batch = await log.poll("large", topic, 5); batch.length > 0; batch = await log.poll("large", topic, 5)) {
        read.push(...batch.map(({ value }) => createHash("sha256").update(value!).digest("hex")));
        await log.commit("large", batch);
      }
      expect(read).toEqual(records.map(({ value }) => createHash("sha256").update(value).digest("hex")));
    }));

  it("of the greatest size that a topic takes are published and read, letters included", async () => {
    const letters = { name: DEAD_LETTERS, partitions: 1, retentionMs: 1_209_600_000, maxRecordBytes: LETTER_BYTES };
    await createTopics(settings, [letters], 1);
    await withLog(async (log, topic) => {
      for (const [name, most] of [
        [topic, RECORD_BYTES],
        [DEAD_LETTERS, LETTER_BYTES],
      ] as const) {
        // One byte is the key's, and Kafka is thought to add 101.
        const greatest = randomBytes(most - 102);
        const [{ end }] = (await log.positions("greatest", name)) as [PartitionPosition];
        await log.publish(
          name,
          [1, 2, 3].map((i) => ({ key: "a", value: i === 2 ? greatest : Uint8Array.of(i) })),
        );
        const [small] = await log.follow("greatest", name, new Map([[0, end]]), 1_000);
        expect(small).toMatchObject({ offset: end, value: Buffer.of(1) });
        const [great] = await log.follow("greatest", name, new Map([[0, end + 1]]), 1_000);
        expect(great!.value!.length).toBe(greatest.length);
        expect(Buffer.compare(great!.value!, greatest)).toBe(0);
        const larger = new Uint8Array(greatest.length + 1);
        await expect(log.publish(name, [{ key: "a", value: larger }])).rejects.toThrow("split what it holds");
      }
    });
  });

  it("that no topic takes are refused, with all of their batch", () =>
    withLog(async (log, topic) => {
      const records = [1, 1_100_000].map((size) => ({ key: "a", value: new Uint8Array(size) }));
      await expect(log.publish(topic, records)).rejects.toThrow(
        /key 'a' has 1100041 bytes, and the topic takes 1048527/,
      );
      expect(await log.poll("g", topic, 1)).toEqual([]);
    }));

  it("of aborted transactions are never read, and their marks are passed over", () =>
    withLog(async (log, topic) => {
      const sasl = { mechanism: access.mechanism, username: access.user, password: access.password } as const;
      const kafka = new Kafka({ brokers: [...access.brokers], sasl, logLevel: logLevel.NOTHING });
      const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
      await producer.connect();
      // More than one reading brings, so that whole readings hold nothing for a reader.
      for (const end of ["abort", "abort", "abort", "abort", "abort", "abort", "commit", "abort"] as const) {
        const transaction = await producer.transaction();
        const value = end === "commit" ? end : randomBytes(1_000_000);
        await transaction.send({ topic, messages: [{ key: "a", value }] });
        await transaction[end]();
      }
      await producer.disconnect();
      const records = await log.poll("g", topic, 10);
      expect(records.map(({ offset, value }) => [offset, String(value)])).toEqual([[12, "commit"]]);
      await log.commit("g", records);
      expect(await log.poll("g", topic, 10)).toEqual([]);
    }));

  it("are read from the first on by a group whose offset the log does not have", () =>
    withLog(async (log, topic) => {
      await log.publish(topic, [{ key: "a", value: null }]);
      const [record] = await log.poll("ahead", topic, 10);
      await log.commit("ahead", [{ ...record!, offset: 99 }]);
      expect(await log.poll("ahead", topic, 10)).toEqual([record]);
      expect(await log.poll("ahead", topic, 10)).toEqual([record]);
      await log.commit("ahead", [record!]);
      expect(await log.poll("ahead", topic, 10)).toEqual([]);
      await log.publish(topic, [{ key: "b", value: null }]);
      expect(await log.poll("ahead", topic, 10)).toMatchObject([{ key: "b", offset: 1 }]);
    }));

  it("are committed from the first on by a group whose follower found its offset gone", () =>
    withLog(async (log, topic) => {
      await log.publish(topic, [{ key: "a", value: null }]);
      const [record] = await log.poll("follower", topic, 10);
      await log.commit("follower", [{ ...record!, offset: 99 }]);
      expect(await log.follow("follower", topic, new Map([[0, 105]]), 100)).toEqual([record]);
      await log.commit("follower", [record!]);
      expect(await log.positions("follower", topic)).toEqual([{ partition: 0, begin: 0, next: 1, end: 1 }]);
    }));
});

describe("errors", () => {
  it("name the user that is refused, at once", async () => {
    const wrong = KafkaEventLog.open({ ...settings, password: "wrong", deadlineMs: 1_000_000 });
    await expect(wrong).rejects.toMatchObject({
      name: "InputError",
      code: "usage",
      message: expect.stringMatching(
        /^Kafka at 127.0.0.1:\d+ refuses user 'app' \(.+\): correct the user or the password/,
      ),
    });
    await expect(createTopics({ ...settings, user: "nobody" }, [topicOf(1)], 1)).rejects.toThrow(
      "refuses user 'nobody'",
    );
  });

  it("name the brokers that do not answer, when the deadline is over", async () => {
    const away = { ...settings, brokers: ["127.0.0.1:1"], deadlineMs: 500 };
    await expect(KafkaEventLog.open(away)).rejects.toMatchObject({
      name: "InputError",
      code: "store",
      message: expect.stringMatching(/^Kafka at 127.0.0.1:1 could not be reached within 500 ms \(.*ECONNREFUSED/),
    });
    await expect(createTopics(away, [topicOf(1)], 1)).rejects.toThrow("could not make the topics within 500 ms");
  });

  it("name a topic that does not exist", async () => {
    await withLog(async (log) => {
      await expect(log.poll("g", "nowhere", 1)).rejects.toMatchObject({ code: "not-found" });
      await expect(log.publish("nowhere", [{ key: "a", value: null }])).rejects.toThrow(/has no topic 'nowhere'/);
    });
  });
});

it("leaves an idle process asleep", () =>
  withLog(async (log, topic) => {
    await log.publish(topic, [{ key: "a", value: null }]);
    await log.commit("idle", await log.poll("idle", topic, 1));
    const armed = globalThis.setTimeout;
    let timers = 0;
    const count = (...args: Parameters<typeof armed>) => {
      timers++;
      return armed(...args);
    };
    globalThis.setTimeout = Object.assign(count, armed);
    try {
      await sleep(1_000);
    } finally {
      globalThis.setTimeout = armed;
    }
    // Unmended, kafkajs arms some 1,700 a second for these two connections.
    expect(timers).toBeLessThan(10);
  }));
