import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { decodeLiveRun } from "#shared/app/live-run-state.ts";
import { startReplayRun } from "#shared/app/replay-run.ts";
import { STARTED_BATCHES } from "#shared/app/started-batch.ts";
import { stepStrategies } from "#shared/app/step-strategies.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import type { EventLog, LogRecord } from "#shared/ports/event-log.ts";
import type { RunArtefacts } from "#shared/ports/run-artefacts.ts";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { decodeCandlesRecord, encodeCandlesRecord } from "#shared/wire/candle-records.ts";
import { replayKey } from "#shared/wire/replay-keys.ts";
import { REPLAY_CANDLES, RUN_EVENTS } from "#shared/wire/topics.ts";
import { StreamHost, type StreamPorts } from "./stream-host.ts";
import {
  type Arrival,
  codeOf,
  inBatches,
  type MemoryPorts,
  memoryPorts,
  planOf,
  publishTicks,
  TestCatalog,
} from "./test-chain.ts";
import { Deadly, drainThroughDeaths, MortalProcess } from "./test-deaths.ts";
import { BTC, beat, CLASSES, candlesOf, logsOf, MINUTE, NOON, register, trades } from "./test-live-runs.ts";

const FEED = ["binance:BTC/USDT@1m"];
/** Deaths together, and then alone, until a run fails. */
const DEATHS = 5;

const platform = (): MemoryPorts => memoryPorts(1, new TestCatalog({ ...CLASSES, deadly: Deadly }));
/** Ten bars, in as many records. */
const market = (): Arrival[] => [...trades(BTC, NOON, 30), beat(NOON + 10 * MINUTE)];

async function resultsOf(ports: MemoryPorts, runs: readonly string[]): Promise<unknown[]> {
  return Promise.all(
    runs.map(async (run) => {
      const results = await ports.results.read(run);
      const state = (await ports.checkpoints.load("step-strategies", run))!.state;
      return { results, state, record: await ports.runs.get(run) };
    }),
  );
}

/** Two runs that trade and one that tells its bars. */
async function innocents(ports: MemoryPorts): Promise<string[]> {
  return [
    await register(ports, "counts", FEED, {}, 11),
    await register(ports, "sma-cross", FEED, { fast: 2, slow: 3 }, 12),
    await register(ports, "sma-cross", FEED, { fast: 2, slow: 5 }, 13),
  ].sort();
}

/** What they come to beside nobody else. */
async function undisturbed(batches: readonly number[] = [100]): Promise<unknown[]> {
  const ports = platform();
  const runs = await innocents(ports);
  await publishTicks(ports.log, market());
  await drainThroughDeaths({ ...ports, log: inBatches(ports.log, batches) });
  return resultsOf(ports, runs);
}

/** Sends the market to replay sessions of the strategy that ends its process, each with its last bar. */
async function replay(ports: MemoryPorts, sessions: ReadonlyMap<string, number>): Promise<void> {
  const code = await codeOf(ports.catalog, "deadly");
  const closed = await candlesOf(ports, market());
  for (const [session, last] of sessions) {
    const plan = { ...planOf("deadly", FEED, NOON), params: { last } };
    await startReplayRun(ports, plan, code, `${session}.0`, 0);
    const generation = { session, generation: 0 };
    const records = closed.map(({ value }) => {
      const candles = { ...decodeCandlesRecord(value), replay: generation };
      return { key: replayKey(generation, candles.instrument), value: encodeCandlesRecord(candles) };
    });
    await ports.log.publish(REPLAY_CANDLES, records);
  }
}

/** The same store, which takes so many turns for each call, one number after the other, again and again. */
function paced(store: CheckpointStore, turns: readonly number[]): CheckpointStore {
  let calls = 0;
  const pause = async (): Promise<void> => {
    for (let left = turns[calls++ % turns.length]!; left > 0; left--) await new Promise(setImmediate);
  };
  return {
    load: (stage, key) => pause().then(() => store.load(stage, key)),
    commit: (...args) => pause().then(() => store.commit(...args)),
    keys: (stage) => store.keys(stage),
    remove: (stage, key) => store.remove(stage, key),
  };
}

afterEach(() => {
  MortalProcess.current = null;
});

describe("a run that ends its process", () => {
  it.each([
    ["many", [100]],
    ["three", [3]],
    ["single", [1]],
  ])(
    "fails when it did so too often, and the others go on as if it were not there, in batches of %s records",
    async (_, batches) => {
      const ports = platform();
      const runs = await innocents(ports);
      const deadly = await register(ports, "deadly", FEED, {}, 5);
      await publishTicks(ports.log, market());
      expect(await drainThroughDeaths({ ...ports, log: inBatches(ports.log, batches) })).toBe(DEATHS);
      const bar = new Date(NOON + 3 * MINUTE).toISOString();
      expect(await ports.runs.get(deadly)).toMatchObject({
        status: "failed",
        resultHash: null,
        error:
          `strategy deadly ended its process 4 times while it was stepped alone, after the bar that closed at ${bar}: it ` +
          "calls process.exit, needs more memory than the function has, or waits for ever in native code",
      });
      expect(await logsOf(ports, deadly)).toEqual(["bar 1", "bar 2", "bar 3"]);
      expect(await resultsOf(ports, runs)).toEqual(await undisturbed());
    },
  );

  it("keeps no other from the batch for longer than until it died alone twice", async () => {
    const ports = platform();
    const runs = await innocents(ports);
    // Runs come in the order of their registration: some before the others, some after.
    for (const now of [1, 2, 21, 22]) await register(ports, "deadly", FEED, {}, now);
    await publishTicks(ports.log, market());
    const clocks: number[][] = [];
    await drainThroughDeaths(ports, async () => {
      const stored = await Promise.all(runs.map((run) => ports.checkpoints.load("step-strategies", run)));
      const states = stored.map((each) => decodeLiveRun(each?.state ?? null));
      clocks.push(states.map((state) => (state.status === "live" ? (state.begun?.clock ?? 0) : -1)));
      return new MortalProcess(ports);
    });
    expect(clocks[1]).toEqual([0, 0, 0]);
    // Each of the four has ended its process alone at most once before.
    expect(clocks[5]).toEqual(runs.map(() => NOON + 10 * MINUTE));
  });

  it("fails alone where loading its code does", async () => {
    const ports = platform();
    const runs = await innocents(ports);
    const deadly = await register(ports, "deadly", FEED, {}, 5);
    const load: RunArtefacts["load"] = async (code) => {
      if (code.strategy === "deadly") MortalProcess.current?.die();
      return ports.artefacts.load(code);
    };
    await publishTicks(ports.log, market());
    expect(await drainThroughDeaths({ ...ports, artefacts: { load } })).toBe(DEATHS);
    const error = expect.stringContaining("4 times while it was stepped alone, before its first bar: it");
    expect(await ports.runs.get(deadly)).toMatchObject({ status: "failed", error });
    expect(await resultsOf(ports, runs)).toEqual(await undisturbed());
  });

  it("fails though it is not the only one", async () => {
    const ports = platform();
    const runs = await innocents(ports);
    const deadly: string[] = [];
    for (let i = 0; i < 3; i++) deadly.push(await register(ports, "deadly", FEED, { last: 3 + i }, i));
    await publishTicks(ports.log, market());
    expect(await drainThroughDeaths(ports)).toBe(1 + 3 * (DEATHS - 1));
    for (const [i, run] of deadly.entries()) {
      expect((await ports.runs.get(run))?.status).toBe("failed");
      expect(await logsOf(ports, run)).toHaveLength(2 + i);
    }
    expect(await resultsOf(ports, runs)).toEqual(await undisturbed());
  });

  it("fails alone where it is a replay's", async () => {
    const ports = platform();
    await replay(
      ports,
      new Map([
        ["replay-1", 4],
        ["replay-2", 100],
      ]),
    );
    expect(await drainThroughDeaths(ports)).toBe(DEATHS);
    expect(await ports.runs.get("replay-1.0")).toMatchObject({
      status: "failed",
      error: expect.stringContaining("ended its process 4 times"),
    });
    expect(await logsOf(ports, "replay-1.0")).toHaveLength(3);
    expect((await ports.runs.get("replay-2.0"))?.status).toBe("running");
    expect(await logsOf(ports, "replay-2.0")).toHaveLength(10);
  });
});

describe("a run whose process ends for another reason", () => {
  /** Where a run ends its process at one bar so many times, and then no more. */
  async function dyingTimes(times: number): Promise<{ readonly ports: MemoryPorts; readonly run: string }> {
    const ports = platform();
    const run = await register(ports, "deadly", FEED);
    await publishTicks(ports.log, market());
    let left = times;
    await drainThroughDeaths(ports, () => {
      const process = new MortalProcess(ports);
      if (left-- <= 0) process.die = () => undefined as never;
      return process;
    });
    return { ports, run };
  }

  it("goes on after one death beside others and three alone", async () => {
    const { ports, run } = await dyingTimes(DEATHS - 1);
    expect((await ports.runs.get(run))?.status).toBe("running");
    expect(await logsOf(ports, run)).toHaveLength(10);
    const failing = await dyingTimes(DEATHS);
    expect((await failing.ports.runs.get(failing.run))?.status).toBe("failed");
  });

  it("skips no record where its step cannot be ended", async () => {
    const ports = platform();
    // One of a replay: what it skips it cannot take from the store.
    await replay(ports, new Map([["replay-1", 4]]));
    const diesNever = (own: StreamPorts): MortalProcess => {
      const process = new MortalProcess(own);
      process.die = () => undefined as never;
      return process;
    };
    let isAway = true;
    const publish: EventLog["publish"] = async (topic, records) => {
      if (topic === RUN_EVENTS && isAway) {
        isAway = false;
        throw new Error("Kafka is away");
      }
      return ports.log.publish(topic, records);
    };
    const log = { ...inBatches(ports.log, [100]), publish };
    const start = (death: number): MortalProcess =>
      death < 2 ? new MortalProcess(ports) : diesNever({ ...ports, log });
    await expect(drainThroughDeaths(ports, start)).rejects.toThrow("Kafka is away");
    await drainThroughDeaths(ports, () => diesNever(ports));
    expect(await logsOf(ports, "replay-1.0")).toHaveLength(10);
  });

  it("never fails while no more than two processes in a row are killed before their time", async () => {
    const expected = await undisturbed();
    const lives = fc.array(fc.tuple(fc.array(fc.nat(120), { maxLength: 2 }), fc.integer({ min: 700, max: 1_200 })), {
      minLength: 1,
    });
    const batches = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(lives, batches, async (groups, sizes) => {
        const ports = platform();
        const runs = await innocents(ports);
        await publishTicks(ports.log, market());
        const batched: StreamPorts = { ...ports, log: inBatches(ports.log, sizes) };
        const calls = groups.flatMap(([short, long]) => [...short, long]);
        await drainThroughDeaths(batched, (death) => new MortalProcess(batched, calls[death % calls.length]));
        expect(await resultsOf(ports, runs)).toEqual(expected);
      }),
      propertyRuns(60),
    );
  });
});

describe("the mark of a batch", () => {
  it("is one write, and none where no run takes anything", async () => {
    const ports = platform();
    await innocents(ports);
    let marks = 0;
    const commit = ports.checkpoints.commit.bind(ports.checkpoints);
    ports.checkpoints.commit = async (...args) => {
      if (args[0] === STARTED_BATCHES) marks++;
      return commit(...args);
    };
    await publishTicks(ports.log, market());
    const batches: (readonly LogRecord[])[] = [];
    const log = inBatches(ports.log, [4]);
    const poll = log.poll.bind(log);
    log.poll = async (group, topic, limit) => {
      const records = await poll(group, topic, limit);
      if (group === "step-strategies/candles" && records.length > 0) batches.push(records);
      return records;
    };
    await drainThroughDeaths({ ...ports, log });
    expect(batches.length).toBeGreaterThan(2);
    expect(marks).toBe(batches.length);
    await stepStrategies(ports, batches.at(-1)!);
    expect(marks).toBe(batches.length);
  });

  it("is gone after a step that throws: the runs are stepped together again", async () => {
    const ports = platform();
    const runs = await innocents(ports);
    const marks: Uint8Array[] = [];
    const commit = ports.checkpoints.commit.bind(ports.checkpoints);
    ports.checkpoints.commit = async (...args) => {
      if (args[0] === STARTED_BATCHES) marks.push(args[3].state);
      return commit(...args);
    };
    await publishTicks(ports.log, market());
    const artefacts = { load: () => Promise.reject(new Error("the disk is away")) };
    await expect(drainThroughDeaths({ ...ports, artefacts })).rejects.toThrow("the disk is away");
    await drainThroughDeaths(ports);
    const [together, nothing, again] = marks;
    expect(marks).toHaveLength(3);
    expect(again).toEqual(together);
    expect(nothing).not.toEqual(together);
    expect(await resultsOf(ports, runs)).toEqual(await undisturbed());
  });

  it("blames no run where what all of them wait for takes longer than the process has", async () => {
    const ports = platform();
    const runs: string[] = [];
    for (let i = 0; i < 8; i++) runs.push(await register(ports, "counts", FEED, {}, i));
    await publishTicks(ports.log, market());
    // Kafka takes nothing: every publish fails after its deadline, and the time of the function is over at the `most`th.
    const attempt = async (most: number): Promise<void> => {
      let left = most;
      const publish = async (topic: string, records: Parameters<EventLog["publish"]>[1]): Promise<void> => {
        if (topic !== RUN_EVENTS) return ports.log.publish(topic, records);
        if (--left === 0) process.die();
        throw new Error("Kafka takes nothing");
      };
      const process = new MortalProcess({ ...ports, log: { ...inBatches(ports.log, [100]), publish } });
      await process.live((each) => new StreamHost(each).drain());
    };
    for (let i = 0; i < 60; i++) await attempt(i === 0 ? 1 : 6);
    await drainThroughDeaths(ports);
    for (const run of runs) expect((await ports.runs.get(run))?.error).toBeNull();
    const alone = platform();
    const undelayed = await register(alone, "counts", FEED, {}, 0);
    await publishTicks(alone.log, market());
    await drainThroughDeaths(alone);
    expect(await logsOf(ports, runs[7]!)).toEqual(await logsOf(alone, undelayed));
  });

  it("does harm to nobody where several processes work on one batch at once", async () => {
    const expected = await undisturbed();
    const paces = fc.array(fc.nat(6), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(fc.array(paces, { minLength: 2, maxLength: 4 }), async (processes) => {
        const ports = platform();
        const records = await candlesOf(ports, market());
        await drainThroughDeaths(ports);
        const runs = await innocents(ports);
        const deadly = await register(ports, "deadly", FEED, {}, 5);
        await Promise.all(
          processes.map(async (own) => {
            const start = (): MortalProcess =>
              new MortalProcess({ ...ports, checkpoints: paced(ports.checkpoints, own) });
            while (!(await start().live((each) => stepStrategies(each, records))));
          }),
        );
        await drainThroughDeaths(ports);
        expect(await resultsOf(ports, runs)).toEqual(expected);
        expect((await ports.runs.get(deadly))?.status).toBe("failed");
      }),
      propertyRuns(40),
    );
  });
});
