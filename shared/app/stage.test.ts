import { describe, expect, it } from "vitest";
import { MemoryCheckpointStore } from "../adapters/memory/checkpoint-store.ts";
import type { Checkpoint, CheckpointStore } from "../ports/checkpoint-store.ts";
import type { EventLog, LogRecord, OutgoingRecord, PartitionPosition } from "../ports/event-log.ts";
import { NewerVersionError } from "../wire/decoded.ts";
import { type StageKey, type StagePorts, stepStage } from "./stage.ts";

const encoder = new TextEncoder();
const textOf = (bytes: Uint8Array | null) => new TextDecoder().decode(bytes ?? new Uint8Array());

function record(offset: number, value: string, changes: Partial<LogRecord> = {}): LogRecord {
  const place = { topic: "in", partition: 0, offset, appendTime: 1_000 + offset, key: "k" };
  return { ...place, value: encoder.encode(value), ...changes };
}

/** Appends what it reads to a text, and tells of each letter what the text was by then. */
const appending: StageKey = {
  stage: "append",
  key: "k",
  schema: 1,
  open: (state) => {
    let text = textOf(state);
    return {
      fold: (each) => {
        const value = textOf(each.value);
        if (value === "newer") throw new NewerVersionError("upgrade");
        text += value;
        return [{ topic: "out", key: "k", value: encoder.encode(text) }];
      },
      encode: () => encoder.encode(text),
    };
  },
};

class Published implements EventLog {
  readonly texts: string[] = [];
  onPublish: () => void = () => {};

  async publish(_topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    this.onPublish();
    this.texts.push(...records.map(({ value }) => textOf(value)));
  }

  poll(): Promise<readonly LogRecord[]> {
    throw new Error("a stage does not poll");
  }

  commit(): Promise<void> {
    throw new Error("a stage does not commit offsets");
  }

  positions(): Promise<readonly PartitionPosition[]> {
    throw new Error("a stage does not ask how far groups are");
  }
}

/** Checkpoints that do something first, or after. */
class Watched implements CheckpointStore {
  readonly inner = new MemoryCheckpointStore();
  beforeCommit: () => Promise<void> = async () => {};
  afterCommit: () => void = () => {};

  load(stage: string, key: string) {
    return this.inner.load(stage, key);
  }

  async commit(stage: string, key: string, version: number, checkpoint: Checkpoint): Promise<boolean> {
    await this.beforeCommit();
    const done = await this.inner.commit(stage, key, version, checkpoint);
    this.afterCommit();
    return done;
  }

  keys(stage: string) {
    return this.inner.keys(stage);
  }

  remove(stage: string, key: string) {
    return this.inner.remove(stage, key);
  }
}

function ports(): StagePorts & { readonly log: Published; readonly checkpoints: Watched } {
  return { log: new Published(), checkpoints: new Watched() };
}

async function stateOf({ checkpoints }: StagePorts): Promise<string> {
  return textOf((await checkpoints.load("append", "k"))?.state ?? null);
}

describe("the fence", () => {
  it("lets each record in once, over redelivery and holes in offsets", async () => {
    const all = ports();
    await stepStage(all, appending, [record(3, "a"), record(7, "b")]);
    await stepStage(all, appending, [record(3, "a"), record(7, "b"), record(20, "c")]);
    await stepStage(all, appending, [record(7, "b")]);
    expect(await stateOf(all)).toBe("abc");
    expect(all.log.texts).toEqual(["a", "ab", "abc"]);
    expect((await all.checkpoints.load("append", "k"))?.fence).toEqual([
      { topic: "in", partition: 0, epoch: 0, nextOffset: 21, appendTime: 1_020 },
    ]);
  });

  it("counts each partition of each topic for itself", async () => {
    const all = ports();
    await stepStage(all, appending, [record(9, "a")]);
    await stepStage(all, appending, [record(9, "b", { partition: 1 }), record(9, "c", { topic: "other" })]);
    expect(await stateOf(all)).toBe("abc");
  });

  it("stops loudly where a topic was recreated, and commits nothing", async () => {
    const all = ports();
    await stepStage(all, appending, [record(5, "a")]);
    const recreated = [record(6, "b"), record(0, "x", { appendTime: 9_000 })];
    await expect(stepStage(all, appending, recreated)).rejects.toThrow("in/0 was recreated: offset 0");
    expect(await stateOf(all)).toBe("a");
    expect(all.log.texts).toEqual(["a"]);
  });

  it("takes records of one append time as what they are: a batch", async () => {
    const all = ports();
    await stepStage(all, appending, [record(1, "a", { appendTime: 5 })]);
    await stepStage(all, appending, [record(1, "a", { appendTime: 5 }), record(2, "b", { appendTime: 5 })]);
    expect(await stateOf(all)).toBe("ab");
  });
});

describe("a crash", () => {
  const crash = () => {
    throw new Error("crash");
  };

  it("before publishing repeats the work", async () => {
    const all = ports();
    all.log.onPublish = crash;
    await expect(stepStage(all, appending, [record(1, "a")])).rejects.toThrow("crash");
    all.log.onPublish = () => {};
    await stepStage(all, appending, [record(1, "a")]);
    expect([await stateOf(all), all.log.texts]).toEqual(["a", ["a"]]);
  });

  it("between publishing and committing publishes the same again, however the batch is cut then", async () => {
    const all = ports();
    all.checkpoints.beforeCommit = async () => crash();
    await expect(stepStage(all, appending, [record(1, "a"), record(2, "b")])).rejects.toThrow("crash");
    all.checkpoints.beforeCommit = async () => {};
    await stepStage(all, appending, [record(1, "a")]);
    await stepStage(all, appending, [record(1, "a"), record(2, "b"), record(3, "c")]);
    expect(all.log.texts).toEqual(["a", "ab", "a", "ab", "abc"]);
  });

  it("after committing changes nothing", async () => {
    const all = ports();
    all.checkpoints.afterCommit = crash;
    await expect(stepStage(all, appending, [record(1, "a")])).rejects.toThrow("crash");
    all.checkpoints.afterCommit = () => {};
    await stepStage(all, appending, [record(1, "a")]);
    expect([await stateOf(all), all.log.texts]).toEqual(["a", ["a"]]);
  });
});

describe("another invocation", () => {
  it("that was faster is gone on from: what it folded is not folded again", async () => {
    const all = ports();
    let others = 1;
    all.checkpoints.beforeCommit = async () => {
      if (others-- > 0) await stepStage({ ...all, checkpoints: all.checkpoints.inner }, appending, [record(1, "a")]);
    };
    await stepStage(all, appending, [record(1, "a"), record(2, "b")]);
    expect(await stateOf(all)).toBe("ab");
    expect((await all.checkpoints.load("append", "k"))?.version).toBe(2);
    expect(all.log.texts).toEqual(["a", "ab", "a", "ab"]);
  });

  it("at the same time on the same key leaves one state", async () => {
    const all = ports();
    const records = Array.from({ length: 10 }, (_, i) => record(i, String(i)));
    await Promise.all([3, 10, 7].map((count) => stepStage(all, appending, records.slice(0, count))));
    expect(await stateOf(all)).toBe("0123456789");
    expect(new Set(all.log.texts).size).toBe(10);
  });
});

it("throws and commits nothing for a record of a newer version", async () => {
  const all = ports();
  await expect(stepStage(all, appending, [record(1, "a"), record(2, "newer")])).rejects.toThrow(NewerVersionError);
  expect([await all.checkpoints.load("append", "k"), all.log.texts]).toEqual([null, []]);
});

it("refuses a state of another schema, and leaves it alone", async () => {
  const all = ports();
  await stepStage(all, appending, [record(1, "a")]);
  const newer = { ...appending, schema: 2 };
  await expect(stepStage(all, newer, [record(2, "b")])).rejects.toThrow("a state of schema 1, this version reads 2");
  expect(await stateOf(all)).toBe("a");
});
