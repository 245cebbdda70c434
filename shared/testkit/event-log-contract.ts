import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventLog, FollowableLog, LogRecord } from "#shared/ports/event-log.ts";
import { type Open, withStore } from "./opened.ts";
import { propertyRuns } from "./property-runs.ts";

/** A log with topics for one test. */
export interface EventLogUnderTest {
  readonly log: FollowableLog;
  /** An empty topic of several partitions, which takes at least 5,000 records a partition. */
  readonly topic: string;
  /** Another empty topic. */
  readonly otherTopic: string;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const record = (key: string, text: string) => ({ key, value: bytes(text) });
const textOf = ({ value }: LogRecord): string => (value === null ? "null" : new TextDecoder().decode(value));

/** Polls until nothing comes, committing what came. */
async function drain(log: EventLog, group: string, topic: string, limit = 1_000): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for (;;) {
    const records = await log.poll(group, topic, limit);
    if (records.length === 0) return all;
    await log.commit(group, records);
    all.push(...records);
  }
}

/** What every event log promises. */
export function eventLogContract(name: string, open: Open<EventLogUnderTest>): void {
  describe(`${name}: publishing`, () => {
    publishTests(open);
  });
  describe(`${name}: consuming`, () => {
    consumeTests(open);
    positionTests(open);
    followTests(open);
    it("gives each record of a key in order, at least once, whatever is published, polled and committed", () =>
      modelTest(open));
  });
}

function positionTests(open: Open<EventLogUnderTest>): void {
  it("tells where a group stands, and how much it has left", () =>
    withStore(open, async ({ log, topic }) => {
      const empty = await log.positions("g", topic);
      expect(empty.length).toBeGreaterThan(1);
      for (const [i, { partition, begin, next, end }] of empty.entries()) {
        expect(partition).toBe(i);
        expect([next, end]).toEqual([begin, begin]);
      }
      await log.publish(topic, [record("a", "1"), record("a", "2"), record("a", "3")]);
      const read = await log.poll("g", topic, 10);
      const { partition } = read[0]!;
      await log.commit("g", read.slice(0, 2));
      for (const position of await log.positions("g", topic)) {
        if (position.partition !== partition) expect(position).toEqual(empty[position.partition]);
        else {
          expect(position.next).toBe(read[1]!.offset + 1);
          expect(position.end).toBeGreaterThan(read[2]!.offset);
        }
      }
      const [other] = (await log.positions("another", topic)).filter((each) => each.partition === partition);
      expect(other!.next).toBe(other!.begin);
      expect(other!.begin).toBeLessThanOrEqual(read[0]!.offset);
    }));
}

/** Follows until so many records are there. */
async function follow(
  { log, topic }: EventLogUnderTest,
  offsets: Map<number, number>,
  count: number,
): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  while (all.length < count) {
    for (const one of await log.follow("g", topic, offsets, 100)) {
      all.push(one);
      offsets.set(one.partition, one.offset + 1);
    }
  }
  return all;
}

async function beginnings({ log, topic }: EventLogUnderTest): Promise<Map<number, number>> {
  return new Map((await log.positions("g", topic)).map(({ partition, next }) => [partition, next]));
}

function followTests(open: Open<EventLogUnderTest>): void {
  it("is followed past what was committed, in order, only where it is asked to", () =>
    withStore(open, async (store) => {
      const { log, topic } = store;
      const offsets = await beginnings(store);
      const keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
      for (const text of ["1", "2"])
        await log.publish(
          topic,
          keys.map((key) => record(key, text)),
        );
      const read = await follow(store, offsets, 16);
      for (const key of keys) expect(read.filter((one) => one.key === key).map(textOf)).toEqual(["1", "2"]);
      expect(await log.follow("g", topic, offsets, 1)).toEqual([]);
      const { partition } = read[0]!;
      const [first] = await log.follow("g", topic, new Map([[partition, read[0]!.offset]]), 100);
      expect(first).toEqual(read[0]);
      const others = new Map([...offsets].filter(([other]) => other !== partition));
      await log.publish(
        topic,
        keys.map((key) => record(key, "3")),
      );
      expect(new Set((await log.follow("g", topic, others, 100)).map((one) => one.partition))).not.toContain(partition);
    }));

  it("wakes a follower by a record that comes later", () =>
    withStore(open, async (store) => {
      const { log, topic } = store;
      const waiting = log.follow("g", topic, await beginnings(store), 30_000);
      await log.publish(topic, [record("a", "late")]);
      expect((await waiting).map(textOf)).toEqual(["late"]);
    }));

  it("is followed from the first record on where it does not have the offset, and committed from there", () =>
    withStore(open, async (store) => {
      const { log, topic } = store;
      await log.publish(topic, [record("a", "1"), record("a", "2")]);
      const [one] = await log.poll("g", topic, 1);
      await log.commit("g", [{ ...one!, offset: 99 }]);
      const ahead = new Map([[one!.partition, 100]]);
      const read = await log.follow("g", topic, ahead, 100);
      expect(read.map(textOf)).toEqual(["1", "2"]);
    }));
}

function publishTests(open: Open<EventLogUnderTest>): void {
  it("keeps keys, bytes, empty values and tombstones", () =>
    withStore(open, async ({ log, topic }) => {
      const binary = Uint8Array.from({ length: 256 }, (_, i) => i);
      await log.publish(topic, [
        { key: "ключ", value: binary },
        { key: "empty", value: new Uint8Array(0) },
        { key: "gone", value: null },
      ]);
      const byKey = new Map((await drain(log, "g", topic)).map((read) => [read.key, read]));
      expect([...byKey.get("ключ")!.value!]).toEqual([...binary]);
      expect(byKey.get("empty")!.value).toHaveLength(0);
      expect(byKey.get("gone")!.value).toBeNull();
      expect(byKey.get("gone")!.topic).toBe(topic);
    }));

  it("keeps headers, several of one name and empty ones too", () =>
    withStore(open, async ({ log, topic }) => {
      const headers = [
        { name: "trace", value: Uint8Array.of(0, 127, 255) },
        { name: "trace", value: new Uint8Array(0) },
        { name: "größe", value: bytes("1") },
      ];
      await log.publish(topic, [{ key: "a", value: null, headers }, record("a", "x")]);
      const [with3, without] = await drain(log, "g", topic);
      const plain = (some: typeof headers) => some.map(({ name, value }) => [name, [...value]]);
      expect(plain([...with3!.headers!])).toEqual(plain(headers));
      expect(without).not.toHaveProperty("headers");
    }));

  it("keeps the order of a key, with rising offsets and append times", () =>
    withStore(open, async ({ log, topic }) => {
      for (let i = 0; i < 50; i++)
        await log.publish(topic, [record("a", `a${i}`), record(`k${i}`, "x"), record("b", `b${i}`)]);
      const read = await drain(log, "g", topic, 7);
      for (const key of ["a", "b"]) {
        const ofKey = read.filter((one) => one.key === key);
        expect(ofKey.map(textOf)).toEqual(Array.from({ length: 50 }, (_, i) => `${key}${i}`));
        expect(new Set(ofKey.map(({ partition }) => partition)).size).toBe(1);
      }
      expect(new Set(read.map(({ partition }) => partition)).size).toBeGreaterThan(1);
      for (const partition of new Set(read.map((one) => one.partition))) {
        const inside = read.filter((one) => one.partition === partition);
        for (let i = 1; i < inside.length; i++) {
          expect(inside[i]!.offset).toBeGreaterThan(inside[i - 1]!.offset);
          expect(inside[i]!.appendTime).toBeGreaterThanOrEqual(inside[i - 1]!.appendTime);
        }
      }
    }));

  it("takes no hold of the caller's bytes", () =>
    withStore(open, async ({ log, topic }) => {
      const value = bytes("before");
      await log.publish(topic, [{ key: "a", value }]);
      value.fill(0);
      expect((await drain(log, "g", topic)).map(textOf)).toEqual(["before"]);
    }));

  it("publishes nothing of an empty batch, and rejects a topic that does not exist", () =>
    withStore(open, async ({ log, topic }) => {
      await log.publish(topic, []);
      expect(await log.poll("g", topic, 10)).toEqual([]);
      await expect(log.publish("no-such-topic", [record("a", "x")])).rejects.toThrow(/no-such-topic/);
    }));
}

function consumeTests(open: Open<EventLogUnderTest>): void {
  it("delivers the same records again until they are committed", () =>
    withStore(open, async ({ log, topic }) => {
      await log.publish(topic, [record("a", "1"), record("a", "2"), record("a", "3")]);
      const first = await log.poll("g", topic, 2);
      expect(first.map(textOf)).toEqual(["1", "2"]);
      expect(await log.poll("g", topic, 2)).toEqual(first);
      await log.commit("g", first.slice(0, 1));
      expect((await log.poll("g", topic, 2)).map(textOf)).toEqual(["2", "3"]);
      await log.commit("g", await log.poll("g", topic, 2));
      expect(await log.poll("g", topic, 2)).toEqual([]);
    }));

  it("never moves a group backwards, nor by an empty commit", () =>
    withStore(open, async ({ log, topic }) => {
      await log.publish(topic, [record("a", "1"), record("a", "2"), record("a", "3")]);
      const all = await log.poll("g", topic, 10);
      await log.commit("g", [all[1]!, all[0]!]);
      await log.commit("g", [all[0]!]);
      await log.commit("g", []);
      expect((await log.poll("g", topic, 10)).map(textOf)).toEqual(["3"]);
    }));

  it("gives the limit to each partition", () =>
    withStore(open, async ({ log, topic }) => {
      const keys = Array.from({ length: 60 }, (_, i) => `key ${i}`);
      await log.publish(
        topic,
        keys.map((key) => record(key, key)),
      );
      const counts = new Map<number, number>();
      for (const { partition } of await log.poll("g", topic, 3))
        counts.set(partition, (counts.get(partition) ?? 0) + 1);
      expect(counts.size).toBeGreaterThan(1);
      expect(Math.max(...counts.values())).toBe(3);
    }));

  it("keeps groups and topics apart", () =>
    withStore(open, async ({ log, topic, otherTopic }) => {
      await log.publish(topic, [record("a", "here")]);
      await log.publish(otherTopic, [record("a", "there")]);
      expect((await drain(log, "one", topic)).map(textOf)).toEqual(["here"]);
      expect((await drain(log, "two", topic)).map(textOf)).toEqual(["here"]);
      expect((await drain(log, "one", otherTopic)).map(textOf)).toEqual(["there"]);
      expect(await drain(log, "one", topic)).toEqual([]);
    }));

  it("takes 5,000 records and gives them all", () =>
    withStore(open, async ({ log, topic }) => {
      for (let i = 0; i < 5_000; i += 500) {
        await log.publish(
          topic,
          Array.from({ length: 500 }, (_, j) => record(`k${j % 9}`, String(i + j))),
        );
      }
      const read = (await drain(log, "g", topic)).map(textOf);
      expect(read.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
    }));
}

async function modelTest(open: Open<EventLogUnderTest>): Promise<void> {
  const command = fc.oneof(
    fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 }).map((keys) => ({ do: "publish" as const, keys })),
    fc.record({ do: fc.constant("poll" as const), limit: fc.integer({ min: 1, max: 5 }), commit: fc.boolean() }),
  );
  let cases = 0;
  await withStore(open, async ({ log, topic }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 20 }), async (commands) => {
        // The log outlives a case: a case has its own keys, and its group starts past what was there.
        const prefix = `case ${cases++} `;
        await drain(log, prefix, topic);
        const published = new Map<string, string[]>();
        const seen = new Map<string, string[]>();
        let counter = 0;
        const take = async (limit: number): Promise<void> => {
          const records = await log.poll(prefix, topic, limit);
          await log.commit(prefix, records);
          for (const one of records) seen.set(one.key, [...(seen.get(one.key) ?? []), textOf(one)]);
        };
        for (const step of commands) {
          if (step.do === "publish") {
            const records = step.keys.map((key) => record(prefix + key, String(counter++)));
            await log.publish(topic, records);
            for (const { key, value } of records) {
              published.set(key, [...(published.get(key) ?? []), new TextDecoder().decode(value)]);
            }
          } else if (step.commit) await take(step.limit);
          else await log.poll(prefix, topic, step.limit);
        }
        for (let left = 1; left > 0; left = (await log.poll(prefix, topic, 1)).length) await take(100);
        expect(seen).toEqual(published);
      }),
      propertyRuns(25),
    );
  });
}
