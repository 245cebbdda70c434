import { describe, expect, it } from "vitest";
import { backtest } from "#shared/app/backtest.ts";
import { type ReplayListener, ReplayTask } from "#shared/app/replay/play-replays.ts";
import type { PlayReplaysPorts, ReplayFiles } from "#shared/app/replay/replay-ports.ts";
import { REPLAY } from "#shared/app/replay/session-store.ts";
import { startAsLive } from "#shared/app/replay/start-as-live.ts";
import { putSession } from "#shared/app/replay/start-replay.ts";
import { listReplays, pauseReplay, resumeReplay, seekReplay, stopReplay } from "#shared/app/replay/steer-replay.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import type { EventLog } from "#shared/ports/event-log.ts";
import { REPLAY_CANDLES, REPLAY_TICKS, TICKS } from "#shared/wire/topics.ts";
import { codeOf, deadLetters, type MemoryPorts, memoryPorts } from "./test-chain.ts";
import { playAll, replayPorts, SILENT, serveOnce, TestClock } from "./test-replay.ts";
import { BTC, filesOf, MINUTE, market, NOON, PLAN, sessionIn, started, untilEnd } from "./test-sessions.ts";

const AS_LIVE = { instrument: BTC, from: NOON, to: null, speed: 1, file: null, now: 0 };

function listening(): { readonly told: string[]; readonly listener: ReplayListener } {
  const told: string[] = [];
  const waits = (session: string | null, error: unknown): void => {
    told.push(`${session}: ${(error as Error).message}`);
  };
  return { told, listener: { ...SILENT, waits } };
}

/** Plays a task, the functions at work beside it, until `over`. */
async function playOn(
  ports: PlayReplaysPorts,
  listener: ReplayListener,
  serve: () => Promise<unknown>,
  over: () => Promise<boolean>,
) {
  const clock = new TestClock(0);
  const task = new ReplayTask(ports, clock, listener);
  for (let round = 0; round < 1_000 && !(await over()); round++) {
    await clock.sleep(Math.max(1, await task.round()));
    await serve();
  }
  await task.close();
}

/** A log whose publishing fails until `mended`. */
function brokenLog(log: EventLog, error: Error): { readonly log: EventLog; mended: boolean } {
  const broken = {
    mended: false,
    log: {
      ...{ poll: log.poll.bind(log), commit: log.commit.bind(log), positions: log.positions.bind(log) },
      publish: async (topic: string, records: Parameters<EventLog["publish"]>[1]) => {
        if (!broken.mended) throw error;
        await log.publish(topic, records);
      },
    },
  };
  return broken;
}

describe("a session of another version", () => {
  it("keeps no other from being played, and is told of once, and listed", async () => {
    const ports = await market(5);
    const state = new TextEncoder().encode("{}");
    await ports.checkpoints.commit(REPLAY, "replay-0", 0, { schema: 99, state, fence: [] });
    const id = await started(ports);
    const { told, listener } = listening();
    await playOn(
      replayPorts(ports),
      listener,
      () => serveOnce(ports),
      async () => (await sessionIn(ports, id)).ended !== null,
    );
    expect(await sessionIn(ports, id)).toMatchObject({ phase: "finished" });
    expect(told).toEqual([expect.stringContaining("replay-0: replay-0 is of another version of Millrace (schema 99")]);
    const { sessions, unreadable } = await listReplays(ports.checkpoints);
    expect(sessions.map(({ session }) => session)).toEqual([id]);
    expect(unreadable).toEqual([{ session: "replay-0", error: expect.stringContaining("upgrade Millrace") }]);
  });
});

describe("records of no session", () => {
  it("go to dead letters, and keep nobody", async () => {
    const ports = await market(5);
    const id = await started(ports, { mode: "ticks" });
    const [key, value] = ["replay-none.0/binance:BTC/USDT", new TextEncoder().encode("{}")];
    await ports.log.publish(REPLAY_TICKS, [{ key, value }]);
    await ports.log.publish(REPLAY_CANDLES, [{ key, value }]);
    await playAll(ports, new TestClock(0), untilEnd(ports, id));
    expect((await deadLetters(ports.log)).map(({ topic, reason }) => [topic, reason])).toEqual([
      [REPLAY_TICKS, "no replay session has the key 'replay-none.0/binance:BTC/USDT'"],
      [REPLAY_CANDLES, "no run 'replay-none.0' is registered"],
    ]);
    expect((await sessionIn(ports, id)).phase).toBe("finished");
  });
});

describe("a passing fault", () => {
  it.each([
    ["not-found", "no topic replay-candles"],
    ["usage", "Kafka refuses user millrace"],
    ["store", "Kafka is away"],
  ] as const)("of code %s lets a session wait, which says for what, and go on", async (code, message) => {
    const ports = await market(5);
    const id = await started(ports);
    const broken = brokenLog(ports.log, new InputError(code, message));
    const { told, listener } = listening();
    const waiting: (string | null)[] = [];
    const over = async (): Promise<boolean> => {
      const { waits, ended } = await sessionIn(ports, id);
      waiting.push(waits);
      broken.mended ||= waiting.filter((each) => each !== null).length > 3;
      return ended !== null;
    };
    await playOn({ ...replayPorts(ports), log: broken.log }, listener, () => serveOnce(ports), over);
    expect(told).toContain(`${id}: ${message}`);
    expect(new Set(waiting)).toEqual(new Set([null, message]));
    expect(await sessionIn(ports, id)).toMatchObject({ phase: "finished", waits: null });
  });
});

/** Checkpoints of which a method may be replaced. */
function checkpointsOf({ checkpoints }: MemoryPorts): CheckpointStore {
  return {
    ...{ load: checkpoints.load.bind(checkpoints), commit: checkpoints.commit.bind(checkpoints) },
    ...{ remove: checkpoints.remove.bind(checkpoints), keys: checkpoints.keys.bind(checkpoints) },
  };
}

/** Ports whose checkpoints list no keys. */
function blindTo(ports: MemoryPorts): MemoryPorts {
  return { ...ports, checkpoints: { ...checkpointsOf(ports), keys: async () => [] } };
}

describe("the live stream of an instrument", () => {
  it("is one session's at a time", async () => {
    const ports = await market(5);
    const { session } = await startAsLive(ports, { ...AS_LIVE, id: "one" });
    const again = startAsLive(ports, { ...AS_LIVE, id: "two", now: 1 });
    await expect(again).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining(session) });
    await stopReplay(ports.checkpoints, session);
    await playAll(ports, new TestClock(0), untilEnd(ports, session));
    await startAsLive(ports, { ...AS_LIVE, id: "two", now: 1 });
  });

  it("is the elder's of two sessions that were started at once", async () => {
    const ports = await market(5);
    // Neither sees the other: what is listed when a session is started is what was before.
    const blind = blindTo(ports);
    const elder = await startAsLive(blind, { ...AS_LIVE, id: "b", speed: 600 });
    const younger = await startAsLive(blind, { ...AS_LIVE, id: "a", speed: 600, now: 1 });
    await playAll(ports, new TestClock(0), untilEnd(ports, elder.session));
    await playAll(ports, new TestClock(0), untilEnd(ports, younger.session));
    expect(await sessionIn(ports, younger.session)).toMatchObject({
      phase: "failed",
      published: 0,
      error: expect.stringContaining(elder.session),
    });
    expect(await sessionIn(ports, elder.session)).toMatchObject({ phase: "finished" });
  });

  it("is a session's until all that it published is folded, however it ended", async () => {
    const ports = await market(30);
    const clock = new TestClock(0);
    const task = new ReplayTask(replayPorts(ports), clock, SILENT);
    const play = async (): Promise<void> => {
      for (let round = 0; round < 10; round++) await clock.sleep(await task.round());
    };
    const max = { ...AS_LIVE, speed: Number.POSITIVE_INFINITY, to: NOON + 10 * MINUTE };
    const whole = await startAsLive(ports, { ...max, id: "one" });
    await play();
    const again = (id: string): Promise<unknown> => startAsLive(ports, { ...max, id, now: 1 });
    await expect(again("two")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("replay-one"),
    });
    expect(await sessionIn(ports, whole.session)).toMatchObject({ phase: "draining", ended: null });
    while (await serveOnce(ports));
    await play();
    expect(await sessionIn(ports, whole.session)).toMatchObject({ phase: "finished" });
    await expect(again("two")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("is live up to"),
    });

    const cut = await startAsLive(ports, { ...AS_LIVE, from: NOON + 10 * MINUTE, id: "cut", speed: 60 });
    await play();
    await stopReplay(ports.checkpoints, cut.session);
    await play();
    expect(await sessionIn(ports, cut.session)).toMatchObject({ phase: "stopping" });
    while (await serveOnce(ports));
    // Others publish on and on.
    const [key, value] = ["binance:ETH/USDT", new TextEncoder().encode("{}")];
    for (let record = 0; record < 3; record++) await ports.log.publish(TICKS, [{ key, value }]);
    await play();
    expect(await sessionIn(ports, cut.session)).toMatchObject({ phase: "stopped" });
    await task.close();
  });

  it("goes no way back for what became live since a session was started", async () => {
    const ports = await market(5);
    const first = await startAsLive(ports, { ...AS_LIVE, id: "one", speed: Number.POSITIVE_INFINITY });
    await playAll(ports, new TestClock(0), untilEnd(ports, first.session));
    while (await serveOnce(ports));
    const late = await putSession(ports.checkpoints, { ...first, session: "replay-two" });
    await playAll(ports, new TestClock(0), untilEnd(ports, late.session));
    expect(await sessionIn(ports, late.session)).toMatchObject({
      phase: "failed",
      published: 0,
      error: expect.stringContaining("time does not go back"),
    });
  });
});

/** Files whose reading goes on, whoever breaks it off, until `end` says so. */
function readingFiles(ports: MemoryPorts) {
  let end = (): void => {};
  const whole = new Promise<void>((resolve) => {
    end = resolve;
  });
  const signals: AbortSignal[] = [];
  const told = {
    ...{ clock: new TestClock(0), end, opened: 0, closed: 0, removed: [] as string[] },
    brokenOff: () => signals.every(({ aborted }) => aborted),
    files: {
      ...filesOf(ports),
      open: async (...of: Parameters<ReplayFiles["open"]>) => {
        told.opened++;
        signals.push(of[3]);
        await whole;
        const close = async (): Promise<void> => void told.closed++;
        return { ...(await filesOf(ports).open(...of)), close };
      },
      remove: async (session: string) => void told.removed.push(session),
    },
  };
  return told;
}

async function playRounds(ports: MemoryPorts, task: ReplayTask, clock: TestClock, count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    await clock.sleep(await task.round());
    await serveOnce(ports);
  }
}

describe("a session of a file", () => {
  it("keeps no other waiting while its file is read, and says what it waits for", async () => {
    const ports = await market(5);
    const slow = await started(ports, { id: "slow", file: "/trades.csv" });
    const quick = await started(ports);
    let read = (): void => {};
    const whole = new Promise<void>((resolve) => {
      read = resolve;
    });
    const files = filesOf(ports);
    const late = { ...files, open: (...of: Parameters<typeof files.open>) => whole.then(() => files.open(...of)) };
    const clock = new TestClock(0);
    const task = new ReplayTask(replayPorts(ports, late), clock, SILENT);
    for (let round = 0; round < 50; round++) {
      await clock.sleep(await task.round());
      await serveOnce(ports);
    }
    expect((await sessionIn(ports, quick)).phase).toBe("finished");
    expect(await sessionIn(ports, slow)).toMatchObject({ phase: "playing", waits: "/trades.csv is being read" });
    read();
    for (let round = 0; round < 50; round++) {
      await clock.sleep(await task.round());
      await serveOnce(ports);
    }
    expect(await sessionIn(ports, slow)).toMatchObject({ phase: "finished", waits: null });
    await task.close();
  });

  it("keeps no other waiting while its file is read, though its checkpoint cannot be read meanwhile", async () => {
    const ports = await market(10);
    const slow = await started(ports, { id: "slow", file: "/trades.csv" });
    const quick = await started(ports);
    const reading = readingFiles(ports);
    const broken = { ...checkpointsOf(ports) };
    let faults = 0;
    broken.load = async (stage, key) => {
      if (key !== slow || reading.opened === 0 || faults === 3) return ports.checkpoints.load(stage, key);
      faults++;
      throw new InputError("store", "DynamoDB does not answer");
    };
    const task = new ReplayTask({ ...replayPorts(ports, reading.files), checkpoints: broken }, reading.clock, SILENT);
    await playRounds(ports, task, reading.clock, 50);
    expect([faults, (await sessionIn(ports, quick)).phase]).toEqual([3, "finished"]);
    reading.end();
    await playRounds(ports, task, reading.clock, 50);
    expect((await sessionIn(ports, slow)).phase).toBe("finished");
    // What was being read was not read again beside it.
    expect(reading.opened).toBe(1);
    await task.close();
  });

  it("is stopped at once while its file is read, which is broken off and removed", async () => {
    const ports = await market(10);
    const id = await started(ports, { file: "/trades.csv" });
    const reading = readingFiles(ports);
    const task = new ReplayTask(replayPorts(ports, reading.files), reading.clock, SILENT);
    await playRounds(ports, task, reading.clock, 5);
    await stopReplay(ports.checkpoints, id);
    await playRounds(ports, task, reading.clock, 5);
    expect(await sessionIn(ports, id)).toMatchObject({ phase: "stopped", waits: null });
    expect([reading.brokenOff(), reading.removed]).toEqual([true, []]);
    reading.end();
    await expect.poll(() => [new Set(reading.removed), reading.closed]).toEqual([new Set([id]), 1]);
  });

  it("breaks its file off, and is not waited for, when the task ends", async () => {
    const ports = await market(10);
    await started(ports, { file: "/trades.csv" });
    const reading = readingFiles(ports);
    const task = new ReplayTask(replayPorts(ports, reading.files), reading.clock, SILENT);
    await playRounds(ports, task, reading.clock, 5);
    await task.close();
    expect([reading.brokenOff(), reading.removed]).toEqual([true, []]);
    reading.end();
    await expect.poll(() => reading.closed).toBe(1);
  });

  it.each([false, true])(
    "is stopped while what its file is imported into is at fault, having played: %s",
    async (played) => {
      const ports = await market(30);
      const id = await started(ports, { file: "/trades.csv", speed: 60 });
      const clock = new TestClock(0);
      const at = async (): Promise<boolean> => (await sessionIn(ports, id)).at < NOON + 20 * MINUTE;
      if (played) await playAll(ports, clock, at, filesOf(ports));
      const full = {
        ...filesOf(ports),
        open: () => Promise.reject(new InputError("store", "no space left on device")),
      };
      const task = new ReplayTask(replayPorts(ports, full), clock, SILENT);
      await playRounds(ports, task, clock, 5);
      expect(await sessionIn(ports, id)).toMatchObject({ phase: "playing", waits: "no space left on device" });
      await stopReplay(ports.checkpoints, id);
      await playRounds(ports, task, clock, 50);
      expect(await sessionIn(ports, id)).toMatchObject({ phase: "stopped", waits: null, error: null });
      expect((await ports.runs.running()).length).toBe(0);
    },
  );

  it("may be paused and sought while its file is read", async () => {
    const ports = await market(30);
    const id = await started(ports, { file: "/trades.csv", speed: 60 });
    const reading = readingFiles(ports);
    const task = new ReplayTask(replayPorts(ports, reading.files), reading.clock, SILENT);
    await playRounds(ports, task, reading.clock, 5);
    await pauseReplay(ports.checkpoints, id);
    await seekReplay(ports.checkpoints, id, NOON + 20 * MINUTE);
    await playRounds(ports, task, reading.clock, 5);
    expect(await sessionIn(ports, id)).toMatchObject({
      paused: true,
      waits: "/trades.csv is being read",
      begun: false,
    });
    reading.end();
    await playRounds(ports, task, reading.clock, 50);
    expect(await sessionIn(ports, id)).toMatchObject({ paused: true, waits: null, at: NOON + 20 * MINUTE });
    expect((await ports.results.read("replay-1.1")).cycles.length).toBe(20);
    await resumeReplay(ports.checkpoints, id);
    await playRounds(ports, task, reading.clock, 200);
    expect(await sessionIn(ports, id)).toMatchObject({ phase: "finished", generation: 1 });
    const tested = await backtest(ports, PLAN, await codeOf(ports.catalog, PLAN.strategy), 0);
    expect(await ports.runs.get("replay-1.1")).toMatchObject({ resultHash: tested.resultHash });
  });

  it.each([
    ["of its own candles", true],
    ["none where the file is gone", false],
  ])("states figures when another task stops it: %s", async (_, there) => {
    const file = await market(30);
    // What is stored is another market.
    const ports = memoryPorts();
    const id = await started(ports, { id: "file", file: "/trades.csv", speed: 60 });
    await playAll(
      ports,
      new TestClock(0),
      async () => (await sessionIn(ports, id)).at < NOON + 20 * MINUTE,
      filesOf(file),
    );
    await pauseReplay(ports.checkpoints, id);
    while (await serveOnce(ports));
    await stopReplay(ports.checkpoints, id);
    const gone = {
      ...filesOf(file),
      open: () => Promise.reject(new InputError("not-found", "there is no file /trades.csv")),
    };
    await playAll(ports, new TestClock(0), untilEnd(ports, id), there ? filesOf(file) : gone);
    const record = (await ports.runs.get("replay-file.0"))!;
    expect(record).toMatchObject({ status: "stopped", resultHash: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const { phase, place } = await sessionIn(ports, id);
    const tested = await backtest(file, { ...PLAN, end: place.closed }, await codeOf(file.catalog, PLAN.strategy), 0);
    expect(record.figures).toEqual(there ? tested.figures : null);
    expect(phase).toBe("stopped");
  });

  it("tells of rows that were left out", async () => {
    const file = await market(5);
    const rejects = { rows: 2, path: "/rejects.csv" };
    const files = filesOf(file);
    const some = {
      ...files,
      open: async (...of: Parameters<typeof files.open>) => ({ ...(await files.open(...of)), rejects }),
    };
    const ports = memoryPorts();
    const id = await started(ports, { file: "/trades.csv" });
    await playAll(ports, new TestClock(0), untilEnd(ports, id), some);
    expect(await sessionIn(ports, id)).toMatchObject({ phase: "finished", rejects });
  });
});
