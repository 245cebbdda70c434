import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { MemoryEventLog } from "#shared/adapters/memory/event-log.ts";
import type { FollowableLog, LogRecord } from "#shared/ports/event-log.ts";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { decodeKafkaEvent, type KafkaEvent } from "#shared/wire/kafka-event.ts";
import { EVENT_BYTES, EventSource, type SourcePorts, type SourceSettings } from "./event-source.ts";

const settings: SourceSettings = {
  functionName: "tested",
  topic: "t",
  group: "g",
  batchSize: 100,
  batchWindowMs: 0,
  bootstrapServers: "127.0.0.1:9092",
};

const sources: EventSource[] = [];
afterEach(() => Promise.all(sources.splice(0).map((source) => source.stop())));

function logOf(partitions: number): MemoryEventLog {
  return new MemoryEventLog([{ name: "t", partitions, groups: ["g"], bound: 1_000, holeEvery: 7 }], () => 1_000);
}

function start(log: FollowableLog, invoke: SourcePorts["invoke"], changed: Partial<SourceSettings> = {}): EventSource {
  const pause = () => new Promise<void>((resolve) => setImmediate(resolve));
  const source = new EventSource({ ...settings, ...changed }, { log, invoke, onEvent: () => {}, pause });
  sources.push(source);
  source.start();
  return source;
}

const recordsOf = (event: string): LogRecord[] => decodeKafkaEvent(JSON.parse(event) as KafkaEvent);
const textOf = ({ value }: LogRecord): string => (value === null ? "null" : Buffer.from(value).toString());
const record = (key: string, text: string) => ({ key, value: Buffer.from(text) });

/** Resolves at the first call that leaves nothing for the group to read. */
function whenDrained(log: FollowableLog): { readonly log: FollowableLog; readonly drained: Promise<void> } {
  let done = (): void => {};
  const drained = new Promise<void>((resolve) => {
    done = resolve;
  });
  return {
    drained,
    log: {
      publish: log.publish.bind(log),
      poll: log.poll.bind(log),
      positions: log.positions.bind(log),
      follow: log.follow.bind(log),
      async commit(group, records) {
        await log.commit(group, records);
        if ((await log.poll(group, "t", 1)).length === 0) done();
      },
    },
  };
}

/** Bytes of a value: mostly small ones, and those of which few or none share an event. */
const SIZES = [0, 1, 10, 100, 1_000, 10_000, 1_500_000, 5_000_000];

describe("EventSource", () => {
  it("delivers everything at least once and in order, commits nothing undelivered, and keeps events small", async () => {
    const published = fc.array(
      fc.record({ key: fc.constantFrom("a", "b", "c", "d", "e"), size: fc.constantFrom(...SIZES) }),
      { minLength: 1, maxLength: 25 },
    );
    const failures = fc.array(fc.boolean(), { maxLength: 20 });
    const batchSize = fc.integer({ min: 1, max: 6 });
    const property = fc.asyncProperty(
      published,
      failures,
      failures,
      batchSize,
      async (some, invocations, commits, size) => {
        const inner = logOf(3);
        const { log, drained } = whenDrained(inner);
        const succeeded = new Map<number, number[]>();
        const fail = (list: readonly boolean[], i: number): boolean => list[i] ?? false;
        let [invoked, committed] = [0, 0];
        const inFlight = new Set<number>();
        const flaky: FollowableLog = {
          ...log,
          async commit(group, records) {
            for (const { partition, offset } of records) expect(succeeded.get(partition)).toContain(offset);
            if (fail(commits, committed++)) throw new Error("no commit");
            await log.commit(group, records);
          },
        };
        const invoke = async (event: string): Promise<void> => {
          const records = recordsOf(event);
          const partitions = new Set(records.map(({ partition }) => partition));
          expect(Buffer.byteLength(event) <= EVENT_BYTES || records.length === 1).toBe(true);
          expect([...partitions].filter((partition) => inFlight.has(partition))).toEqual([]);
          for (const partition of partitions) inFlight.add(partition);
          await new Promise((resolve) => setImmediate(resolve));
          for (const partition of partitions) inFlight.delete(partition);
          if (fail(invocations, invoked++)) throw new Error("no");
          for (const { partition, offset } of records) {
            succeeded.set(partition, [...(succeeded.get(partition) ?? []), offset]);
          }
        };
        const half = some.length >> 1;
        const outgoing = some.map(({ key, size: bytes }) => ({ key, value: new Uint8Array(bytes) }));
        await inner.publish("t", outgoing.slice(0, half));
        const source = start(flaky, invoke, { batchSize: size });
        await inner.publish("t", outgoing.slice(half));
        const all = await allOf(inner);
        await drained;
        await source.stop();
        // Nothing twice either: a batch is delivered anew only where it failed.
        expect(Object.fromEntries(succeeded)).toEqual(all);
      },
    );
    await fc.assert(property, propertyRuns(30));
  });

  it("carries headers, tombstones and several partitions in one event", async () => {
    const log = logOf(3);
    const headers = [{ name: "trace", value: Uint8Array.of(1, 255) }];
    await log.publish("t", [
      { key: "a", value: null, headers },
      { key: "b", value: Uint8Array.of(7) },
      { key: "c", value: new Uint8Array(0) },
    ]);
    const event = await new Promise<string>((resolve) => {
      start(log, async (given) => resolve(given));
    });
    const parsed = JSON.parse(event) as KafkaEvent;
    expect(parsed).toMatchObject({ eventSource: "SelfManagedKafka", bootstrapServers: "127.0.0.1:9092" });
    expect(Object.keys(parsed.records).length).toBeGreaterThan(1);
    const byKey = new Map(recordsOf(event).map((each) => [each.key, each]));
    expect(byKey.get("a")).toMatchObject({ value: null, headers });
    expect([byKey.get("b")!.value, byKey.get("c")!.value]).toEqual([Uint8Array.of(7), new Uint8Array(0)]);
  });

  it("lets other partitions go on while one is tried again, and tells what fails and since when", async () => {
    const inner = logOf(3);
    const { log, drained } = whenDrained(inner);
    const seen: string[] = [];
    let mended = false;
    let othersDone = (): void => {};
    const others = new Promise<void>((resolve) => {
      othersDone = resolve;
    });
    const source = start(log, async (event) => {
      const texts = recordsOf(event).map(textOf);
      if (texts.includes("bad") && !mended) throw new Error("not yet");
      seen.push(...texts);
      if (seen.includes("last")) othersDone();
    });
    await inner.publish("t", [record("a", "bad")]);
    await until(() => source.status().lastError !== null);
    for (const text of ["1", "2", "3", "last"])
      await inner.publish("t", [record("c", text), record("a", `after ${text}`)]);
    await others;
    await until(() => source.status().inFlight.length === 1);
    const { lastError, retries, lastSuccess } = source.status();
    expect(seen).toEqual(["1", "2", "3", "last"]);
    expect(lastError).toMatchObject({ message: "not yet", attempts: retries, since: expect.any(Number) });
    expect(lastSuccess).not.toBeNull();
    mended = true;
    await drained;
    await source.stop();
    expect(seen.slice(4)).toEqual(["bad", "after 1", "after 2", "after 3", "after last"]);
    expect(source.status()).toMatchObject({ lastError: null, records: 9, inFlight: [] });
  });

  it("goes on where the group stands after a restart, without what was in hand", async () => {
    const log = logOf(1);
    await log.publish(
      "t",
      ["1", "2", "3", "4"].map((text) => record("a", text)),
    );
    const before: string[] = [];
    let stuck = (): void => {};
    const reached = new Promise<void>((resolve) => {
      stuck = resolve;
    });
    const first = start(
      log,
      async (event) => {
        const texts = recordsOf(event).map(textOf);
        if (texts.includes("3")) {
          stuck();
          throw new Error("for ever");
        }
        before.push(...texts);
      },
      { batchSize: 2 },
    );
    await reached;
    await first.stop();
    const { log: watched, drained } = whenDrained(log);
    const after: string[] = [];
    start(watched, async (event) => {
      after.push(...recordsOf(event).map(textOf));
    });
    await drained;
    expect([before, after]).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
  });

  it("waits for more records as long as its window, unless a batch is full", async () => {
    const log = logOf(1);
    const batches: string[][] = [];
    const { log: watched, drained } = whenDrained(log);
    start(
      watched,
      async (event) => {
        batches.push(recordsOf(event).map(textOf));
      },
      { batchSize: 3, batchWindowMs: 300 },
    );
    for (const text of ["1", "2", "3", "4"]) await log.publish("t", [record("a", text)]);
    await log.publish("t", [record("a", "5")]);
    await drained;
    expect(batches).toEqual([
      ["1", "2", "3"],
      ["4", "5"],
    ]);
  });

  it("does not deliver again what is in hand when reading fails, and then goes on", async () => {
    const inner = logOf(1);
    const { log, drained } = whenDrained(inner);
    const seen: string[] = [];
    let failing = false;
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const flaky: FollowableLog = {
      ...log,
      async follow(...args) {
        if (failing) {
          failing = false;
          throw new Error("broker away");
        }
        return log.follow(...args);
      },
    };
    const source = start(flaky, async (event) => {
      seen.push(...recordsOf(event).map(textOf));
      await released;
    });
    await inner.publish("t", [record("a", "1")]);
    await until(() => seen.length === 1);
    failing = true;
    await inner.publish("t", [record("a", "2")]);
    await until(() => source.status().retries === 1 && source.status().lastError === null);
    release();
    await drained;
    await source.stop();
    expect(seen).toEqual(["1", "2"]);
  });

  it("reads a topic that was made anew from its first record on", async () => {
    const before = logOf(1);
    let current: MemoryEventLog = before;
    let failing = false;
    const log: FollowableLog = {
      publish: (...args) => current.publish(...args),
      poll: (...args) => current.poll(...args),
      commit: (...args) => current.commit(...args),
      positions: (...args) => current.positions(...args),
      async follow(...args) {
        if (!failing) return current.follow(...args);
        failing = false;
        throw new Error("no such topic");
      },
    };
    const seen: string[] = [];
    const source = start(log, async (event) => {
      seen.push(...recordsOf(event).map(textOf));
    });
    await before.publish("t", [record("a", "1"), record("a", "2")]);
    await until(() => source.status().records === 2);
    current = logOf(1);
    await current.publish("t", [record("a", "new 1"), record("a", "new 2"), record("a", "new 3")]);
    failing = true;
    await until(() => source.status().records === 5);
    expect(seen.filter((text) => text.startsWith("new"))).toEqual(["new 1", "new 2", "new 3"]);
  });

  it("keeps asking where the log cannot be read, and tells so", async () => {
    const inner = logOf(1);
    await inner.publish("t", [record("a", "1")]);
    const { log, drained } = whenDrained(inner);
    let faults = 0;
    const away = async (): Promise<never> => {
      faults++;
      throw new Error("broker away");
    };
    const flaky: FollowableLog = {
      ...log,
      positions: (...args) => (faults < 2 ? away() : log.positions(...args)),
      follow: (...args) => (faults < 4 ? away() : log.follow(...args)),
    };
    const source = start(flaky, async () => {});
    await until(() => source.status().lastError?.message === "broker away");
    await drained;
    await until(() => source.status().lastError === null);
    expect(source.status()).toMatchObject({ records: 1, retries: 4 });
  });
});

/** Offsets of all that the log holds, by partition. */
async function allOf(log: MemoryEventLog): Promise<Record<string, number[]>> {
  const all = Map.groupBy(await log.poll("nobody", "t", 1_000), ({ partition }) => partition);
  return Object.fromEntries([...all].map(([partition, records]) => [partition, records.map(({ offset }) => offset)]));
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 1, timeout: 20_000 }).toBe(true);
}
