import { describe, expect, it } from "vitest";
import { READERS } from "#functions/topology.ts";
import { AGGREGATE_REPLAY } from "#shared/app/aggregate.ts";
import { backtest } from "#shared/app/backtest.ts";
import { startPaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import { recordsAhead } from "#shared/app/replay/backlog.ts";
import { ReplayTask } from "#shared/app/replay/play-replays.ts";
import type { ReplayFiles } from "#shared/app/replay/replay-ports.ts";
import { hasEnded, type ReplaySession } from "#shared/app/replay/replay-session.ts";
import { REPLAY } from "#shared/app/replay/session-store.ts";
import { startAsLive } from "#shared/app/replay/start-as-live.ts";
import { pauseReplay, seekReplay, setReplaySpeed, stepReplay, stopReplay } from "#shared/app/replay/steer-replay.ts";
import type { RunPlan } from "#shared/app/run-plan.ts";
import { STEP_STRATEGIES } from "#shared/app/step-strategies.ts";
import { tickColumns } from "#shared/market/tick.ts";
import { TICKS } from "#shared/wire/topics.ts";
import { codeOf, deadLetters, type MemoryPorts, memoryPorts, planOf } from "./test-chain.ts";
import { playAll, replayPorts, SILENT, serveOnce, TestClock } from "./test-replay.ts";
import { BTC, filesOf, MINUTE, market, NOON, PLAN, sessionIn, started, untilEnd } from "./test-sessions.ts";

const DAY = 86_400_000;

async function expectBacktest(ports: MemoryPorts, run: string, plan = PLAN): Promise<void> {
  const tested = await backtest(ports, plan, await codeOf(ports.catalog, plan.strategy), 0);
  expect(tested.resultHash).not.toBeNull();
  expect(await ports.runs.get(run)).toMatchObject({ status: "finished", resultHash: tested.resultHash });
}

describe("a session at a speed", () => {
  it("plays each candle when it is due", async () => {
    const ports = await market(10);
    const id = await started(ports, { speed: 60 });
    const clock = new TestClock(1_000_000);
    const times = new Map<number, number>();
    await playAll(ports, clock, async () => {
      const session = await sessionIn(ports, id);
      if (session.place.closed !== null && !times.has(session.place.closed)) {
        times.set(session.place.closed, clock.now() - 1_000_000);
      }
      return !hasEnded(session);
    });
    for (const [closed, after] of times) expect(Math.abs(after - (closed - NOON) / 60)).toBeLessThan(250);
    expect(times.size).toBe(10);
    await expectBacktest(ports, "replay-1.0");
  });

  it.each(["candles", "ticks"] as const)(
    "begins with what is held where no start was asked for, playing %s",
    async (mode) => {
      const ports = await market(10);
      const plan = { ...PLAN, warmFrom: 0, tradeFrom: 0 };
      const id = await started(ports, { speed: 60, mode }, plan);
      const clock = new TestClock(1_000_000);
      await playAll(ports, clock, untilEnd(ports, id));
      expect(await sessionIn(ports, id)).toMatchObject({ phase: "finished", from: NOON });
      expect(clock.now() - 1_000_000).toBeLessThan(30_000);
      await expectBacktest(ports, "replay-1.0", plan);
    },
  );

  it("steps while it is paused, and seeks to where it is to be seen", async () => {
    const ports = await market(30);
    const id = await started(ports, { speed: 1 });
    await pauseReplay(ports.checkpoints, id);
    await stepReplay(ports.checkpoints, id, 4);
    const clock = new TestClock(0);
    await playAll(ports, clock, async (round) => round < 20);
    const cyclesOf = async (run: string): Promise<number> => (await ports.results.read(run)).cycles.length;
    expect(await cyclesOf("replay-1.0")).toBe(4);
    await seekReplay(ports.checkpoints, id, NOON + 20 * MINUTE);
    await playAll(ports, clock, async (round) => round < 20);
    expect([await cyclesOf("replay-1.0"), await cyclesOf("replay-1.1")]).toEqual([4, 20]);
    expect(await ports.runs.get("replay-1.0")).toMatchObject({ status: "stopped" });
    expect(await ports.runs.get("replay-1.1")).toMatchObject({ status: "running" });
    await stopReplay(ports.checkpoints, id);
    await playAll(ports, clock, untilEnd(ports, id));
    expect(await ports.runs.get("replay-1.1")).toMatchObject({ status: "stopped" });
    expect((await sessionIn(ports, id)).phase).toBe("stopped");
  });
});

describe("a session at any speed", () => {
  it.each(["candles", "ticks"] as const)("is never further ahead of its slowest stage, playing %s", async (mode) => {
    const ports = await market(mode === "candles" ? 6_000 : 5_400);
    const id = await started(ports, { mode });
    let published = 0;
    const counting = { ...SILENT, played: (_: ReplaySession, records: number) => (published += records) };
    const task = new ReplayTask(replayPorts(ports), new TestClock(0), counting);
    for (let round = 0; round < 40; round++) await task.round();
    // Offsets of the log have holes, one in three: these count as records.
    expect(published).toBeGreaterThan(3_000);
    expect(published).toBeLessThanOrEqual(5_000);
    for (let worked = true; worked; ) {
      worked = await serveOnce(ports);
      const room = Math.max(0, 5_000 - (await recordsAhead(ports.log, READERS, mode)));
      const before = published;
      await task.round();
      expect(published - before).toBeLessThanOrEqual(room);
    }
    await playAll(ports, new TestClock(0), untilEnd(ports, id));
    await expectBacktest(ports, "replay-1.0");
  });
});

describe("a strategy that throws", () => {
  it("fails its session, and no other", async () => {
    const ports = await market(20);
    const bad = await started(ports, { id: "bad" }, { ...PLAN, strategy: "throws", params: {} });
    const good = await started(ports);
    await playAll(ports, new TestClock(0), untilEnd(ports, good));
    await playAll(ports, new TestClock(0), untilEnd(ports, bad));
    expect(await sessionIn(ports, bad)).toMatchObject({ phase: "failed", error: expect.stringContaining("not this") });
    await expectBacktest(ports, "replay-1.0");
  });
});

describe("a replay as live", () => {
  it("is followed by paper runs, closes its last minute, and is refused behind the live watermark", async () => {
    const ports = await market(30);
    const plan: RunPlan = { ...planOf("sma-cross", ["binance:BTC/USDT@1m"], NOON + 10 * MINUTE) };
    const { run } = await startPaperRun(ports, plan, await codeOf(ports.catalog, "sma-cross"), 0);
    const terms = { instrument: BTC, from: NOON + 10 * MINUTE, to: null, speed: 600, file: null, id: "live", now: 0 };
    const { session } = await startAsLive(ports, terms);
    await playAll(ports, new TestClock(0), untilEnd(ports, session));
    while (await serveOnce(ports));
    const stopped = await stopPaperRun(ports, run);
    expect((await ports.results.read(run)).cycles.length).toBe(20);
    await rebuild(ports, BTC);
    const tested = await backtest(ports, { ...plan, choice: "known" }, await codeOf(ports.catalog, "sma-cross"), 0);
    expect(stopped.resultHash).toBe(tested.resultHash);
    await expect(startAsLive(ports, { ...terms, id: "again" })).rejects.toMatchObject({ code: "conflict" });
    await expect(startAsLive(ports, { ...terms, from: NOON + 30 * MINUTE })).rejects.toMatchObject({ code: "no-data" });
    expect(await deadLetters(ports.log)).toEqual([]);
  });
});

describe("a replay of a file as live", () => {
  const terms = { instrument: BTC, from: NOON + 10 * MINUTE, to: NOON + 25 * MINUTE, id: "file", now: 0 };
  const fast = { ...terms, speed: Number.POSITIVE_INFINITY, file: "/trades.csv" };

  it("puts the file's trades into the live stream, for paper runs and the store", async () => {
    const file = await market(30);
    const ports = memoryPorts();
    const plan: RunPlan = { ...planOf("sma-cross", ["binance:BTC/USDT@1m"], NOON + 10 * MINUTE) };
    const code = await codeOf(ports.catalog, "sma-cross");
    const { run } = await startPaperRun(ports, plan, code, 0);
    const { session } = await startAsLive(ports, fast);
    const clock = new TestClock(0);
    // Half of it, and the rest by another task, which opens the file again.
    let opened = 0;
    const files = filesOf(file, () => opened++);
    await setReplaySpeed(ports.checkpoints, session, 60);
    await playAll(ports, clock, async () => (await sessionIn(ports, session)).at < NOON + 18 * MINUTE, files);
    await setReplaySpeed(ports.checkpoints, session, Number.POSITIVE_INFINITY);
    await playAll(ports, clock, untilEnd(ports, session), files);
    while (await serveOnce(ports));
    expect([opened, (await sessionIn(ports, session)).phase]).toEqual([2, "finished"]);
    const stopped = await stopPaperRun(ports, run);
    expect((await ports.results.read(run)).cycles.length).toBe(15);
    expect(await ports.ticks.extent(BTC)).toMatchObject({ count: 45, from: NOON + 10 * MINUTE });
    const known: RunPlan = { ...plan, choice: "known" };
    expect(stopped.resultHash).toBe((await backtest(ports, known, code, 0)).resultHash);
    const over = { ...known, end: NOON + 25 * MINUTE, choice: "best" } as const;
    expect(stopped.resultHash).toBe((await backtest(file, over, code, 0)).resultHash);
    await expect(startAsLive(ports, { ...fast, id: "again" })).rejects.toMatchObject({ code: "conflict" });
    expect(await deadLetters(ports.log)).toEqual([]);
  });

  it.each([
    ["has none in the span", { from: NOON + DAY, to: null }, "/trades.csv has no trades of binance:BTC/USDT from"],
    ["has those of another kind", {}, "binance:BTC/USDT holds ticks of kind 'aggregate'"],
  ])("fails where the file %s, and publishes nothing", async (_, changes, error) => {
    const file = await market(30);
    const ports = memoryPorts();
    const held = tickColumns([{ id: 1, ts: NOON, price: 1, amount: 1, side: "buy" }], "aggregate");
    await ports.ticks.append(BTC, held, "import");
    const { session } = await startAsLive(ports, { ...fast, ...changes });
    await playAll(ports, new TestClock(0), untilEnd(ports, session), filesOf(file));
    const ended = await sessionIn(ports, session);
    expect(ended).toMatchObject({ phase: "failed", published: 0, error: expect.stringContaining(error) });
    expect(await ports.log.poll("anybody", TICKS, 10)).toEqual([]);
  });
});

describe("a replay of a file", () => {
  it("takes its candles from a store of its own, which goes with the session", async () => {
    const file = await market(30);
    const ports = memoryPorts();
    const done: string[] = [];
    const files: ReplayFiles = {
      open: async (session, path) => {
        done.push(`open ${session} ${path}`);
        return { ticks: file.ticks, candles: file.candles, ranges: file.ranges, rejects: null, close: async () => {} };
      },
      remove: async (session) => {
        done.push(`remove ${session}`);
      },
      forget: async () => {},
    };
    const id = await started(ports, { file: "/trades.csv", mode: "ticks" });
    await playAll(ports, new TestClock(0), untilEnd(ports, id), files);
    expect(done).toEqual(["open replay-1 /trades.csv", "remove replay-1"]);
    const tested = await backtest(file, PLAN, await codeOf(file.catalog, "sma-cross"), 0);
    expect(await ports.runs.get("replay-1.0")).toMatchObject({
      resultHash: tested.resultHash,
      figures: tested.figures,
    });
  });

  it("fails the session where the file cannot be used", async () => {
    const ports = memoryPorts();
    const id = await started(ports, { file: "/trades.csv" });
    const { InputError } = await import("#shared/market/input-error.ts");
    const files: ReplayFiles = {
      open: async () => {
        throw new InputError("bad-data", "this is no file of trades");
      },
      remove: async () => {},
      forget: async () => {},
    };
    await playAll(ports, new TestClock(0), untilEnd(ports, id), files);
    expect(await sessionIn(ports, id)).toMatchObject({ phase: "failed", error: "this is no file of trades" });
  });
});

describe("a session that ended", () => {
  it("is forgotten with its states after seven days, but not its run", async () => {
    const ports = await market(10);
    const id = await started(ports, { mode: "ticks" });
    await seekReplay(ports.checkpoints, id, NOON + MINUTE);
    await playAll(ports, new TestClock(1_000), untilEnd(ports, id));
    const states = async (): Promise<number> => {
      const stages = [REPLAY, AGGREGATE_REPLAY, STEP_STRATEGIES];
      return (await Promise.all(stages.map((stage) => ports.checkpoints.keys(stage)))).flat().length;
    };
    const held = await states();
    expect(held).toBeGreaterThanOrEqual(3);
    await new ReplayTask(replayPorts(ports), new TestClock(6.9 * DAY), SILENT).round();
    expect(await states()).toBe(held);
    await new ReplayTask(replayPorts(ports), new TestClock(7.1 * DAY), SILENT).round();
    expect(await states()).toBe(0);
    expect(await ports.runs.get("replay-1.1")).toMatchObject({ status: "finished" });
  });
});

describe("what cannot be replayed", () => {
  it.each([
    [
      "a span without candles",
      { mode: "candles" },
      { ...PLAN, warmFrom: NOON + DAY, tradeFrom: NOON + DAY },
      "no-data",
    ],
    ["a span without trades", { mode: "ticks" }, { ...PLAN, warmFrom: NOON + DAY, tradeFrom: NOON + DAY }, "no-data"],
    ["ticks as they were known", { mode: "ticks" }, { ...PLAN, choice: "known" }, "usage"],
    ["a speed that is none", { speed: 0 }, PLAN, "usage"],
  ] as const)("is refused: %s", async (_, terms, plan, code) => {
    const ports = await market(5);
    await expect(started(ports, terms, plan)).rejects.toMatchObject({ code });
  });
});
