import { expect, test } from "vitest";
import { MemoryCheckpointStore } from "../adapters/memory/checkpoint-store.ts";
import { MemoryEventLog } from "../adapters/memory/event-log.ts";
import type { LogRecord } from "../ports/event-log.ts";
import { type StageKey, stepStage } from "./stage.ts";
import { STEP_STRATEGIES } from "./step-strategies.ts";
import { raiseEpoch, topicStates } from "./topics.ts";

const TOPIC = "candles";

/** A log with the one topic, whose records are appended from `time` on, 10 ms apart. */
function logFrom(time: number): MemoryEventLog {
  let now = time;
  const topics = [{ name: TOPIC, partitions: 1, groups: ["reader"], bound: 1_000 }];
  return new MemoryEventLog(topics, () => {
    now += 10;
    return now;
  });
}

const write = (log: MemoryEventLog, ...texts: string[]): Promise<void> =>
  log.publish(
    TOPIC,
    texts.map((text) => ({ key: "k", value: new TextEncoder().encode(text) })),
  );

const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array());

/** A state that drops by content what it knows, as those of the real stages do. */
const listing: StageKey = {
  stage: STEP_STRATEGIES,
  key: "run",
  schema: 1,
  open: (state) => {
    let text = textOf(state);
    return {
      fold: ({ value }: LogRecord) => {
        if (!text.includes(textOf(value))) text += textOf(value);
        return [];
      },
      encode: () => new TextEncoder().encode(text),
    };
  },
};

const readAll = (log: MemoryEventLog): Promise<readonly LogRecord[]> => log.poll("reader", TOPIC, 100);

test("a recreated topic stops its stage until its epoch is raised, and then nothing is folded twice or lost", async () => {
  const checkpoints = new MemoryCheckpointStore();
  const before = logFrom(1_000);
  await write(before, "a", "b", "c");
  await stepStage({ checkpoints, log: before }, listing, await readAll(before));

  const after = logFrom(9_000);
  await write(after, "c", "d");
  const ports = { checkpoints, log: after };
  await expect(stepStage(ports, listing, await readAll(after))).rejects.toThrow(
    "candles/0 was recreated: offset 0 was appended at 1970-01-01T00:00:09.010Z, after 1970-01-01T00:00:01.010Z, yet " +
      "offsets up to 3 are folded. Run 'npx millrace topics recreated candles' to go on.",
  );
  expect(await raiseEpoch(ports, TOPIC)).toEqual({ reset: 1, kept: 0 });
  await stepStage(ports, listing, await readAll(after));
  const stored = await checkpoints.load(STEP_STRATEGIES, "run");
  expect(textOf(stored!.state)).toBe("abcd");
  expect(stored?.fence).toEqual([{ topic: TOPIC, partition: 0, epoch: 1, nextOffset: 2, appendTime: 9_010 }]);

  // Said twice, or of a topic that was not recreated, it changes nothing.
  expect(await raiseEpoch(ports, TOPIC)).toEqual({ reset: 0, kept: 1 });
  expect(await checkpoints.load(STEP_STRATEGIES, "run")).toEqual(stored);
});

test("only the fences of the topic are reset, and states stay", async () => {
  const checkpoints = new MemoryCheckpointStore();
  const log = logFrom(9_000);
  const other = { topic: "replay-candles", partition: 0, epoch: 0, nextOffset: 7, appendTime: 70 };
  const own = { topic: TOPIC, partition: 0, epoch: 2, nextOffset: 5, appendTime: 50 };
  const state = Uint8Array.of(1, 2, 3);
  await checkpoints.commit("aggregate", "one", 0, { schema: 4, state, fence: [own, other] });
  await checkpoints.commit("aggregate", "two", 0, { schema: 4, state, fence: [other] });
  expect(await raiseEpoch({ checkpoints, log }, TOPIC)).toEqual({ reset: 1, kept: 1 });
  const fence = [{ ...own, epoch: 3, nextOffset: 0, appendTime: 0 }, other];
  expect(await checkpoints.load("aggregate", "one")).toEqual({ version: 2, schema: 4, state, fence });
  expect(await checkpoints.load("aggregate", "two")).toMatchObject({ version: 1, fence: [other] });
});

test("a step that commits at the same moment is not overwritten", async () => {
  class Contended extends MemoryCheckpointStore {
    contended = false;
    override async load(stage: string, key: string) {
      const stored = await super.load(stage, key);
      if (this.contended && stored !== null) {
        this.contended = false;
        const { version, ...rest } = stored;
        await super.commit(stage, key, version, { ...rest, state: Uint8Array.of(9) });
      }
      return stored;
    }
  }
  const checkpoints = new Contended();
  const fence = [{ topic: TOPIC, partition: 0, epoch: 0, nextOffset: 5, appendTime: 50 }];
  await checkpoints.commit("aggregate", "one", 0, { schema: 1, state: Uint8Array.of(1), fence });
  checkpoints.contended = true;
  expect(await raiseEpoch({ checkpoints, log: logFrom(9_000) }, TOPIC)).toEqual({ reset: 1, kept: 0 });
  expect(await checkpoints.load("aggregate", "one")).toMatchObject({ state: Uint8Array.of(9), fence: [{ epoch: 1 }] });
});

test("topics are told with what they hold, who is behind, and what is missing", async () => {
  const checkpoints = new MemoryCheckpointStore();
  const log = logFrom(1_000);
  await write(log, "a", "b", "c");
  await log.commit("reader", (await readAll(log)).slice(0, 1));
  const states = await topicStates({ checkpoints, log }, [{ name: TOPIC, retentionMs: 5, groups: ["reader"] }]);
  expect(states).toEqual([
    {
      name: TOPIC,
      retentionMs: 5,
      partitions: 1,
      held: 2,
      epoch: 0,
      groups: [{ group: "reader", lag: 2, partitions: [{ partition: 0, begin: 1, next: 1, end: 3 }] }],
    },
  ]);
});
