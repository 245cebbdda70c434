import { describe, expect, it } from "vitest";
import { backtest } from "#shared/app/backtest.ts";
import { CatalogArtefacts } from "#shared/app/catalog-artefacts.ts";
import { decodeLiveRun, encodeLiveRun } from "#shared/app/live-run-state.ts";
import { stopPaperRun } from "#shared/app/paper-run.ts";
import { startReplayRun } from "#shared/app/replay-run.ts";
import { parsePlan } from "#shared/app/run-plan.ts";
import { Strategy } from "#shared/engine/strategy.ts";
import type { ArtefactRun, RunArtefacts } from "#shared/ports/run-artefacts.ts";
import { REPLAY_CANDLES } from "#shared/wire/topics.ts";
import { StreamHost } from "./stream-host.ts";
import { codeOf, memoryPorts, planOf, publishTicks, TestCatalog } from "./test-chain.ts";
import { BTC, beat, CLASSES, logsOf, MINUTE, NOON, register, send, Throws, trades } from "./test-live-runs.ts";

/** A run as it was before texts were cut. */
function withLongLogs(run: ArtefactRun): ArtefactRun {
  const drain = run.drain.bind(run);
  run.drain = () => {
    const events = drain();
    return { ...events, logs: events.logs.map((row) => ({ ...row, text: "l".repeat(2_000_000) })) };
  };
  return run;
}

/** Cannot be made in one process, though it was registered in another; `fails`: what its making throws. */
class Unmade extends Strategy({}) {
  static fails: (() => unknown) | null = null;
  readonly made = Unmade.fails === null ? "made" : String(Unmade.fails());
}

describe("a run that fails", () => {
  it("fails alone when its strategy throws, and keeps what came before", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const failing = await register(ports, "throws", ["binance:BTC/USDT@1m"]);
    const going = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    await send(ports, [...trades(BTC, NOON, 20), beat(NOON + 8 * MINUTE)]);
    await send(ports, [beat(NOON + 10 * MINUTE)]);
    expect(await logsOf(ports, failing)).toEqual(["bar 1", "bar 2", "bar 3"]);
    const record = await ports.runs.get(failing);
    expect(record).toMatchObject({ status: "failed", resultHash: null });
    expect(record?.error).toContain("four is too many");
    expect(await logsOf(ports, going)).toHaveLength(10);
    expect((await ports.runs.get(going))?.status).toBe("running");
    await expect(stopPaperRun(ports, failing)).rejects.toThrow("no live run");
  });

  it("fails as its backtest does", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "throws", ["binance:BTC/USDT@1m"]);
    await send(ports, [...trades(BTC, NOON, 20), beat(NOON + 8 * MINUTE)]);
    const live = await ports.runs.get(run);
    const tested = await backtest(ports, parsePlan(live!.definition), await codeOf(ports.catalog, "throws"), 0);
    expect(tested).toMatchObject({ status: "failed", resultHash: null, figures: null });
    const [message, ...frames] = live!.error!.split("\n");
    expect(message).toBe(tested.error);
    expect(frames.length).toBeGreaterThan(0);
    expect(frames[0]).toContain("at Throws.next");
    expect(await ports.results.read(tested.run)).toEqual(await ports.results.read(run));
  });

  const thrown: readonly [string, () => unknown, string][] = [
    [
      "an error",
      () => {
        throw new RangeError("no such table here");
      },
      "strategy unmade cannot go on: no such table here",
    ],
    [
      "a text",
      () => {
        throw "no luck";
      },
      "strategy unmade threw no luck",
    ],
    [
      "what has no words",
      () => {
        throw Object.create(null);
      },
      "cannot be told in words",
    ],
  ];
  it.each(thrown)(
    "fails alone when its making throws %s, at its start as when it goes on",
    async (_what, fails, message) => {
      for (const begun of [false, true]) {
        Unmade.fails = null;
        const ports = memoryPorts(1, new TestCatalog({ ...CLASSES, unmade: Unmade }));
        const failing = await register(ports, "unmade", ["binance:BTC/USDT@1m"]);
        const going = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
        if (begun) await send(ports, [...trades(BTC, NOON, 8)]);
        Unmade.fails = fails;
        await send(ports, [...trades(BTC, NOON, 8), beat(NOON + 4 * MINUTE)]);
        const record = await ports.runs.get(failing);
        expect(record?.status).toBe("failed");
        expect(record?.error).toContain(message);
        expect(await logsOf(ports, going)).toHaveLength(4);
      }
      Unmade.fails = null;
    },
  );

  it("fails alone when its state cannot be restored", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const failing = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    const going = await register(ports, "counts", ["binance:BTC/USDT@1m"], {}, 1);
    await send(ports, trades(BTC, NOON, 8));
    const stored = (await ports.checkpoints.load("step-strategies", failing))!;
    const state = decodeLiveRun(stored.state);
    if (state.status !== "live" || state.begun === null) throw new Error("it has not begun");
    const broken = encodeLiveRun({ ...state, begun: { ...state.begun, snapshot: Uint8Array.of(1, 2, 3) } });
    await ports.checkpoints.commit("step-strategies", failing, stored.version, { ...stored, state: broken });
    await send(ports, [beat(NOON + 4 * MINUTE)]);
    expect(await ports.runs.get(failing)).toMatchObject({
      status: "failed",
      error: expect.stringContaining("cannot go on"),
    });
    expect(await logsOf(ports, going)).toHaveLength(4);
  });

  it("fails alone for an output that no topic takes, as one of an older engine may be", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const failing = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    const going = await register(ports, "sma-cross", ["binance:BTC/USDT@1m"], { fast: 2, slow: 3 }, 1);
    const artefacts: RunArtefacts = {
      load: async (code) => {
        const artefact = await ports.artefacts.load(code);
        if (code.strategy !== "counts") return artefact;
        return { ...artefact, define: (definition) => () => withLongLogs(artefact.define(definition)()) };
      },
    };
    await send({ ...ports, artefacts }, [...trades(BTC, NOON, 8), beat(NOON + 4 * MINUTE)]);
    const error = expect.stringMatching(/it put out \d+ bytes in one bar/);
    expect(await ports.runs.get(failing)).toMatchObject({ status: "failed", error });
    expect((await ports.results.read(going)).cycles.length).toBe(4);
  });

  it("tells no more of why than a record holds", async () => {
    Unmade.fails = null;
    const ports = memoryPorts(1, new TestCatalog({ ...CLASSES, unmade: Unmade }));
    const failing = await register(ports, "unmade", ["binance:BTC/USDT@1m"]);
    Unmade.fails = () => {
      throw new Error("x".repeat(1_000_000));
    };
    await send(ports, [...trades(BTC, NOON, 8), beat(NOON + 4 * MINUTE)]);
    Unmade.fails = null;
    expect((await ports.runs.get(failing))?.error?.length).toBeLessThan(20_000);
  });

  it("does not for a passing fault of what it reads: the batch is repeated", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    await publishTicks(ports.log, [...trades(BTC, NOON, 8), beat(NOON + 4 * MINUTE)]);
    const artefacts = { load: () => Promise.reject(new Error("the disk is away")) };
    await expect(new StreamHost({ ...ports, artefacts }).drain()).rejects.toThrow("the disk is away");
    expect(await ports.runs.get(run)).toMatchObject({ status: "running", error: null });
    await new StreamHost(ports).drain();
    expect(await logsOf(ports, run)).toHaveLength(4);
  });

  it("fails alone when its state cannot be saved", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const failing = await register(ports, "keeps-map", ["binance:BTC/USDT@1m"]);
    const going = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    await send(ports, [...trades(BTC, NOON, 8), beat(NOON + 4 * MINUTE)]);
    expect(await ports.runs.get(failing)).toMatchObject({ status: "failed" });
    expect((await ports.runs.get(failing))?.error).toContain("state");
    expect(await logsOf(ports, going)).toHaveLength(4);
  });

  it.each([
    ["changed", CLASSES, "bundle 2", "has changed since"],
    ["gone", {}, "bundle of counts", "no strategy 'counts'"],
  ])(
    "is none whose code is %s: it waits until that is back, and the others go on",
    async (_what, classes, bundleHash, message) => {
      const ports = memoryPorts(1, new TestCatalog(CLASSES));
      const run = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
      const going = await register(ports, "sma-cross", ["binance:BTC/USDT@1m"], { fast: 2, slow: 3 });
      const last = await register(ports, "throws", ["binance:BTC/USDT@1m"]);
      await send(ports, trades(BTC, NOON, 8));
      const catalog = new TestCatalog({ ...classes, throws: Throws });
      const load = catalog.load.bind(catalog);
      catalog.load = async (name) => (name === "counts" ? { ...(await load(name)), bundleHash } : load(name));
      const changed = { ...ports, artefacts: new CatalogArtefacts(catalog) };
      await send(changed, [...trades(BTC, NOON + 3 * MINUTE, 8, 8), beat(NOON + 8 * MINUTE)]);
      expect(await logsOf(ports, run)).toHaveLength(2);
      expect(await ports.runs.get(run)).toMatchObject({ status: "running", error: expect.stringContaining(message) });
      expect((await ports.runs.get(last))?.status).toBe("failed");
      expect((await ports.results.read(going)).cycles.length).toBe(8);
      await send(ports, [beat(NOON + 9 * MINUTE)]);
      expect(await logsOf(ports, run)).toHaveLength(9);
      expect(await ports.runs.get(run)).toMatchObject({ status: "running", error: null });
      expect((await ports.results.read(going)).cycles.length).toBe(9);
    },
  );

  it.each([
    [3, "this version reads 2: upgrade Millrace to the version that wrote it"],
    [1, "this version reads 2: go back to the version that wrote it"],
  ])("is none whose state is of schema %d: it waits, and the others go on", async (schema, message) => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    const going = await register(ports, "counts", ["binance:BTC/USDT@1m"], {}, 1);
    await send(ports, trades(BTC, NOON, 8));
    const held = (await ports.checkpoints.load("step-strategies", run))!;
    await ports.checkpoints.commit("step-strategies", run, held.version, { ...held, schema });
    await send(ports, [...trades(BTC, NOON + 3 * MINUTE, 8, 8), beat(NOON + 8 * MINUTE)]);
    const error = expect.stringContaining(message);
    expect(await ports.runs.get(run)).toMatchObject({ status: "running", error });
    expect(await logsOf(ports, going)).toHaveLength(8);
    await expect(stopPaperRun(ports, run)).rejects.toThrow(message);
    const { schema: right } = held;
    await ports.checkpoints.commit("step-strategies", run, held.version + 1, { ...held, schema: right });
    await send(ports, [beat(NOON + 9 * MINUTE)]);
    expect(await ports.runs.get(run)).toMatchObject({ status: "running", error: null });
    expect(await logsOf(ports, run)).toEqual(await logsOf(ports, going));
  });

  it("fails alone whose state is of another schema where it is a replay, whose records do not come again", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const plan = { ...planOf("counts", ["binance:BTC/USDT@1m"], NOON), params: {} };
    await startReplayRun(ports, plan, await codeOf(ports.catalog, "counts"), "replay-1.0", 0);
    const newer = { schema: 3, state: new Uint8Array(1), fence: [] };
    await ports.checkpoints.commit("step-strategies", "replay-1.0", 0, newer);
    await ports.log.publish(REPLAY_CANDLES, [{ key: "replay-1.0/binance:BTC/USDT", value: new Uint8Array(1) }]);
    await new StreamHost(ports).drain();
    const error = expect.stringContaining("upgrade Millrace to the version that wrote it");
    expect(await ports.runs.get("replay-1.0")).toMatchObject({ status: "failed", error });
  });

  it("does not keep others from their steps where what it waits for cannot be recorded", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "counts", ["binance:BTC/USDT@1m"], {}, 1);
    const going = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    await send(ports, trades(BTC, NOON, 8));
    const held = (await ports.checkpoints.load("step-strategies", run))!;
    await ports.checkpoints.commit("step-strategies", run, held.version, { ...held, schema: 3 });
    const replace = ports.runs.replace.bind(ports.runs);
    ports.runs.replace = () => Promise.reject(new Error("the registry is away"));
    await expect(send(ports, [beat(NOON + 4 * MINUTE)])).rejects.toThrow("the registry is away");
    const stepped = (await ports.checkpoints.load("step-strategies", going))!;
    expect(decodeLiveRun(stepped.state)).toMatchObject({ begun: { clock: NOON + 4 * MINUTE } });
    ports.runs.replace = replace;
    await new StreamHost(ports).drain();
    expect(await ports.runs.get(run)).toMatchObject({ error: expect.stringContaining("waits") });
  });

  it("is none whose definition cannot be read: it waits, and the others go on", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    const going = await register(ports, "counts", ["binance:BTC/USDT@1m"], {}, 1);
    const held = (await ports.runs.get(run))!;
    ports.runs.running = async () => [{ ...held, definition: '{"feeds":7}' }, (await ports.runs.get(going))!];
    await send(ports, [...trades(BTC, NOON, 8), beat(NOON + 4 * MINUTE)]);
    const error = expect.stringMatching(/its definition cannot be read .*upgrade Millrace/);
    expect(await ports.runs.get(run)).toMatchObject({ status: "running", error });
    expect(await logsOf(ports, going)).toHaveLength(4);
  });

  it("is refused at registration where it could never start", async () => {
    const ports = memoryPorts();
    await expect(register(ports, "trend-filter", ["binance:BTC/USDT@1m"])).rejects.toThrow("runs on 2 feeds, not 1");
    await expect(register(ports, "sma-cross", ["binance:BTC/USDT@1m"], { slw: 3 })).rejects.toThrow("slw");
    expect(await ports.runs.list()).toEqual([]);
  });
});
