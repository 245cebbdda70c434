import { describe, expect, it } from "vitest";
import { archive } from "#shared/app/archive.ts";
import { backtest } from "#shared/app/backtest.ts";
import { resumePaperRun, startPaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { seekReplay, stopReplay } from "#shared/app/replay/steer-replay.ts";
import { stopReplayRun } from "#shared/app/replay-run.ts";
import { parsePlan } from "#shared/app/run-plan.ts";
import { runResults } from "#shared/app/run-results.ts";
import { STEP_STRATEGIES } from "#shared/app/step-strategies.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { type Tick, tickColumns } from "#shared/market/tick.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { RUN_EVENTS } from "#shared/wire/topics.ts";
import { StreamHost, type StreamPorts } from "./stream-host.ts";
import { Crash, codeOf, inBatches, type MemoryPorts, memoryPorts, planOf, publishTicks } from "./test-chain.ts";
import { playAll, TestClock } from "./test-replay.ts";
import { BTC, MINUTE, market, NOON, sessionIn, started, untilEnd } from "./test-sessions.ts";

const FEEDS = ["binance:BTC/USDT@1m"];
/** A trade every 20 s, up and down. */
function ticksOf(count: number): Tick[] {
  return Array.from({ length: count }, (_, i) => {
    return { id: i, ts: NOON + i * 20_000, price: 100 + ((i * 7) % 11), amount: 1, side: "buy" };
  });
}

async function beat(ports: MemoryPorts, minutes: number): Promise<void> {
  const watermark = NOON + minutes * MINUTE;
  await publishTicks(ports.log, [{ instrument: BTC, record: { kind: "heartbeat", watermark } }]);
}

/** Ports whose steps meet `meanwhile` right before one of their commits, counted from 1, when all that they did is published. */
function before<Ports extends StreamPorts>(ports: Ports, commit: number, meanwhile: () => Promise<void>): Ports {
  let commits = 0;
  const checkpoints = new Proxy(ports.checkpoints, {
    get: (target, name) => {
      if (name !== "commit") return Reflect.get(target, name, target).bind(target);
      return async (...args: Parameters<CheckpointStore["commit"]>) => {
        if (args[0] === STEP_STRATEGIES && ++commits === commit) await meanwhile();
        return target.commit(...args);
      };
    },
  });
  return { ...ports, checkpoints };
}

const kill = async (): Promise<void> => {
  throw new Crash("before the commit");
};

async function expectBacktest(ports: MemoryPorts, record: RunRecord, end: number | null): Promise<void> {
  const plan = { ...parsePlan(record.definition), end };
  const tested = await backtest(ports, plan, await codeOf(ports.catalog, record.strategy), 0);
  expect(record).toMatchObject({ resultHash: tested.resultHash, figures: tested.figures });
  expect(await runResults(ports.results, record)).toEqual(await ports.results.read(tested.run));
  expect(tested.figures?.trades).toBeGreaterThan(0);
}

describe("a paper run that is stopped after a step published and before it committed", () => {
  async function halfway(): Promise<{ ports: MemoryPorts; run: string }> {
    const ports = memoryPorts();
    const plan = planOf("sma-cross", FEEDS, NOON - MINUTE);
    const { run } = await startPaperRun(ports, plan, await codeOf(ports.catalog, "sma-cross"), 0);
    for (const record of tickRecords(tickColumns(ticksOf(90)), { origin: "live", span: 1 })) {
      await publishTicks(ports.log, [{ instrument: BTC, record }]);
      if (record.kind === "ticks" && record.ticks.ts[0] === NOON + 20 * MINUTE) await new StreamHost(ports).drain();
    }
    return { ports, run };
  }

  it.each([
    ["meanwhile", true],
    ["after its process died", false],
  ])(
    "%s: states what it had committed, counts nothing beyond, and goes on as if never stopped",
    async (_, meanwhile) => {
      const { ports, run } = await halfway();
      let stopped: RunRecord | null = null;
      const stop = async (): Promise<void> => {
        // All that the step published is stored by the time that the run is stopped.
        await archive(ports, await ports.log.poll("archive/run-events", RUN_EVENTS, 1_000));
        stopped = await stopPaperRun(ports, run);
      };
      const served = before(ports, 1, meanwhile ? stop : kill);
      await new StreamHost(served).drain().catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      if (!meanwhile) await stop();
      await new StreamHost(ports).drain();
      const record = (await ports.runs.get(run))!;
      expect(record).toEqual(stopped);
      expect(record).toMatchObject({ status: "stopped", until: NOON + 19 * MINUTE });
      const all = await ports.results.read(run);
      expect(all.cycles.time.at(-1)).toBeGreaterThan(record.until!);
      await expectBacktest(ports, record, record.until);
      expect(await ports.results.lastCycle(run, record.until)).toMatchObject({ time: record.until! - 1 });
      await resumePaperRun(ports, run);
      await beat(ports, 40);
      await new StreamHost(ports).drain();
      const ended = await stopPaperRun(ports, run);
      expect(ended.until).toBe(NOON + 40 * MINUTE);
      await expectBacktest(ports, ended, null);
    },
  );
});

describe("a replay whose step published and did not commit", () => {
  it.each([
    ["meanwhile", "sought", true],
    ["after its process died", "sought", false],
    ["meanwhile", "stopped", true],
    ["after its process died", "stopped", false],
  ] as const)(
    "and that is %s %s: its run counts what it had committed, and the session comes to its end",
    async (_when, what, meanwhile) => {
      const ports = await market(60);
      const id = await started(ports);
      const steered = async (): Promise<void> => {
        if (what === "sought") await seekReplay(ports.checkpoints, id, NOON + 50 * MINUTE);
        else await stopReplay(ports.checkpoints, id);
        // As the task does with the runs of older generations.
        await stopReplayRun(ports, `${id}.0`);
        if (!meanwhile) throw new Crash("before the commit");
      };
      const served = before({ ...ports, log: inBatches(ports.log, [25]) }, 2, steered);
      await playAll(served, new TestClock(0), untilEnd(ports, id));
      expect(await sessionIn(ports, id)).toMatchObject({
        phase: what === "sought" ? "finished" : "stopped",
        error: null,
      });
      const cut = (await ports.runs.get(`${id}.0`))!;
      expect(cut).toMatchObject({ status: "stopped", until: NOON + 25 * MINUTE });
      expect((await ports.results.read(cut.run)).cycles.time.at(-1)).toBeGreaterThan(cut.until!);
      await expectBacktest(ports, cut, cut.until);
      const next = await ports.runs.get(`${id}.1`);
      if (what === "stopped") expect(next).toBeNull();
      else await expectBacktest(ports, next!, null);
    },
  );
});
