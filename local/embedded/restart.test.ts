import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { backtest } from "#shared/app/backtest.ts";
import { CatalogArtefacts } from "#shared/app/catalog-artefacts.ts";
import { startPaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { parsePlan } from "#shared/app/run-plan.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import type { Candle } from "#shared/market/candle.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import { tickColumns } from "#shared/market/tick.ts";
import { TIMEFRAMES } from "#shared/market/timeframe.ts";
import type { RunResults } from "#shared/ports/result-store.ts";
import { DeferredCheckpoints } from "./deferred-checkpoints.ts";
import { openPlatform, type Platform } from "./platform.ts";
import { StreamHost, type StreamPorts } from "./stream-host.ts";
import {
  type Arrival,
  Crash,
  CrashPlan,
  codeOf,
  crashingPorts,
  deadLetters,
  memoryPorts,
  planOf,
  publishTicks,
  TestCatalog,
} from "./test-chain.ts";

const BTC = parseInstrument("binance:BTC/USDT");
const START = Date.UTC(2024, 5, 1, 11, 52, 20);
const UNTIL = Date.UTC(2024, 5, 1, 13);

/** A trade every 7 s with a price that turns often, one id missing, and a late trade; 40 minutes of it. */
const SENT: readonly Arrival[] = ((): Arrival[] => {
  const ticks = Array.from({ length: 340 }, (_, i) => ({
    id: i < 200 ? i : i + 1,
    ts: START + i * 7_000,
    price: 100 + Math.round(Math.sin(i / 12) * 500) / 100,
    amount: (1 + (i % 9)) / 10,
    side: i % 2 === 0 ? ("buy" as const) : ("sell" as const),
  }));
  ticks.splice(80, 0, ...ticks.splice(60, 1));
  const records = tickRecords(tickColumns(ticks), { origin: "live", span: 40_000 });
  return [...records, { kind: "heartbeat", watermark: UNTIL } as const].map((record) => ({ instrument: BTC, record }));
})();
const PLAN = planOf("sma-cross", ["binance:BTC/USDT@1m"], START - 60_000);
const CATALOG = new TestCatalog();

interface Outcome {
  readonly candles: readonly Candle[];
  readonly results: RunResults;
  readonly resultHash: string | null;
}

async function outcomeOf(ports: StreamPorts, run: string): Promise<Outcome> {
  const candles: Candle[] = [];
  for (const timeframe of TIMEFRAMES) {
    const span = { instrument: BTC, timeframe, from: 0, to: Date.UTC(2030, 0, 1) };
    for await (const block of ports.candles.readOrigin(span, "live")) candles.push(...block);
    for await (const block of ports.candles.read({ ...span, choice: "known" })) candles.push(...block);
  }
  const { resultHash, definition, strategy } = await stopPaperRun(ports, run);
  const tested = await backtest(ports, parsePlan(definition), await codeOf(CATALOG, strategy), 0);
  expect(tested.resultHash).toBe(resultHash);
  expect(await deadLetters(ports.log)).toEqual([]);
  return { candles, results: await ports.results.read(run), resultHash };
}

async function start(ports: StreamPorts): Promise<string> {
  return (await startPaperRun(ports, PLAN, await codeOf(CATALOG, PLAN.strategy), 1)).run;
}

async function withoutRestart(): Promise<Outcome> {
  const ports = memoryPorts(1, CATALOG);
  const run = await start(ports);
  await publishTicks(ports.log, SENT);
  await new StreamHost(ports).drain();
  return outcomeOf(ports, run);
}

/** How many places of the stream's work the platform is killed at. */
const KILLS = 10;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-restart-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The platform on the test's store, with the test's strategies. */
async function open(): Promise<Platform & { readonly test: StreamPorts }> {
  const platform = await openPlatform(join(folder, "store.duckdb"));
  return { ...platform, test: { ...platform.stream, artefacts: new CatalogArtefacts(CATALOG) } };
}

function hostOf({ test, stream }: { readonly test: StreamPorts; readonly stream: StreamPorts }): StreamHost {
  return new StreamHost(test, () => (stream.checkpoints as DeferredCheckpoints).flush());
}

it("goes on after a restart as if there had been none, when the source sends everything again", async () => {
  const expected = await withoutRestart();
  const before = await open();
  const run = await start(before.test);
  await publishTicks(before.test.log, SENT.slice(0, 30));
  await hostOf(before).drain();
  await before.close();

  const after = await open();
  await publishTicks(after.test.log, SENT);
  const [first] = await after.test.log.poll("a reader", "ticks", 1);
  const fence = (await after.store.checkpoints.load("aggregate", "binance:BTC/USDT"))?.fence[0];
  expect(fence?.nextOffset).toBe(30);
  expect(first?.offset).toBe(30);
  await hostOf(after).drain();
  expect(await outcomeOf(after.test, run)).toEqual(expected);
  expect(expected.results.fills.length).toBeGreaterThan(4);
  await after.close();
});

it.each(Array.from({ length: KILLS }, (_, kill) => kill))(
  "loses and doubles nothing when it is killed, early to late (%i), and the source sends everything again",
  async (kill) => {
    const counted = new CrashPlan([], []);
    const whole = memoryPorts(1, CATALOG);
    await start(whole);
    await playThrough(new StreamHost(crashingPorts(whole, counted)), whole);
    const write = Math.floor((counted.writes * kill) / KILLS) + (kill % 2);

    const killed = await open();
    const run = await start(killed.test);
    const crashes = kill % 3 === 0 ? new CrashPlan([write], []) : new CrashPlan([], [write]);
    const host = hostOf({ test: crashingPorts(killed.test, crashes), stream: killed.stream });
    await expect(playThrough(host, killed.test)).rejects.toThrow(Crash);
    await killed.close();

    const after = await open();
    await publishTicks(after.test.log, SENT);
    await hostOf(after).drain();
    expect(await outcomeOf(after.test, run)).toEqual(await withoutRestart());
    await after.close();
  },
);

async function playThrough(host: StreamHost, { log }: StreamPorts): Promise<void> {
  for (let at = 0; at < SENT.length; at += 25) {
    await publishTicks(log, SENT.slice(at, at + 25));
    await host.drain();
  }
}

it("keeps a state that was not flushed to itself, and the end of the chain is written first", async () => {
  const { checkpoints } = memoryPorts();
  const written: string[] = [];
  const watched = {
    load: checkpoints.load.bind(checkpoints),
    keys: checkpoints.keys.bind(checkpoints),
    remove: checkpoints.remove.bind(checkpoints),
    commit: (...args: Parameters<typeof checkpoints.commit>) => {
      written.push(args[0]);
      return checkpoints.commit(...args);
    },
  };
  const deferred = new DeferredCheckpoints(watched, ["late", "early"]);
  const checkpoint = { schema: 1, state: Uint8Array.of(1), fence: [] };
  expect(await deferred.commit("early", "k", 0, checkpoint)).toBe(true);
  expect(await deferred.commit("early", "k", 0, checkpoint)).toBe(false);
  expect(await deferred.commit("early", "k", 1, checkpoint)).toBe(true);
  expect(await deferred.commit("late", "k", 0, checkpoint)).toBe(true);
  expect((await deferred.load("early", "k"))?.version).toBe(2);
  expect(await deferred.keys("early")).toEqual(["k"]);
  expect(await checkpoints.load("early", "k")).toBeNull();
  await deferred.flush();
  expect(written).toEqual(["late", "early"]);
  expect((await checkpoints.load("early", "k"))?.version).toBe(1);
  expect((await deferred.load("early", "k"))?.version).toBe(1);

  await checkpoints.commit("early", "k", 1, checkpoint);
  await deferred.commit("early", "k", 1, checkpoint);
  await expect(deferred.flush()).rejects.toThrow("only one may run on a store");
});
