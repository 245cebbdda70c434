import { describe, expect, it } from "vitest";
import { backtest } from "#shared/app/backtest.ts";
import { CatalogArtefacts } from "#shared/app/catalog-artefacts.ts";
import { resumePaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { parsePlan } from "#shared/app/run-plan.ts";
import { stepStrategies } from "#shared/app/step-strategies.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import { tickColumns } from "#shared/market/tick.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { NewerVersionError } from "#shared/wire/decoded.ts";
import { decodeRunTopic, type RunTopicRecord } from "#shared/wire/run-event-records.ts";
import { CANDLES, REPLAY_CANDLES, RUN_EVENTS, TICKS } from "#shared/wire/topics.ts";
import { StreamHost } from "./stream-host.ts";
import { type Arrival, codeOf, deadLetters, memoryPorts, stopped, TestCatalog } from "./test-chain.ts";
import { BTC, beat, CLASSES, candlesOf, logsOf, MINUTE, NOON, register, send, trades } from "./test-live-runs.ts";

describe("a run that was registered", () => {
  it("is told of by its first step, where who registered it died before the stream was told", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const told: RunTopicRecord[] = [];
    let isDead = true;
    const publish: typeof ports.log.publish = async (topic, records) => {
      if (isDead) throw new Error("killed");
      if (topic === RUN_EVENTS) told.push(...records.map(({ value }) => decodeRunTopic(value)));
      return ports.log.publish(topic, records);
    };
    const log = new Proxy(ports.log, {
      get: (target, name) => (name === "publish" ? publish : Reflect.get(target, name, target).bind(target)),
    });
    await expect(register({ ...ports, log }, "counts", ["binance:BTC/USDT@1m"])).rejects.toThrow("killed");
    isDead = false;
    const [run] = await ports.runs.list();
    await send({ ...ports, log }, [...trades(BTC, NOON, 3), beat(NOON + MINUTE)]);
    await send({ ...ports, log }, [beat(NOON + 2 * MINUTE)]);
    expect(told.flatMap((each) => (each.kind === "run" ? [each.run] : []))).toEqual([run]);
  });
});

describe("a run on a short and a long timeframe", () => {
  it("is stepped at each minute, not only when the hour ends", async () => {
    const ports = memoryPorts();
    const run = await register(ports, "trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@1h"]);
    await send(ports, [...trades(BTC, NOON + 90 * 1_000, 12), beat(NOON + 6 * MINUTE)]);
    const { cycles } = await ports.results.read(run);
    expect([...cycles.time]).toEqual([2, 3, 4, 5, 6].map((minute) => NOON + minute * MINUTE - 1));
  });
});

describe("a run through a silence of days, whose candles one record of ticks closes", () => {
  it("gives what its backtest gives", async () => {
    const ports = memoryPorts();
    const run = await register(ports, "trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@1h"]);
    const hourly = await register(ports, "sma-cross", ["binance:BTC/USDT@1h"], { fast: 2, slow: 3 }, 1);
    await send(ports, [...trades(BTC, NOON, 300), beat(NOON + 2 * MINUTE)]);
    const monday = NOON + 6 * 24 * 60 * MINUTE;
    const silence = await candlesOf(ports, [beat(monday)]);
    expect(silence.length).toBeGreaterThan(4);
    await stepStrategies(ports, silence);
    await send(ports, [...trades(BTC, monday, 300, 300), beat(monday + 100 * MINUTE)]);
    for (const [id, strategy] of [
      [run, "trend-filter"],
      [hourly, "sma-cross"],
    ] as const) {
      const { definition, resultHash } = await stopped(ports, id);
      const tested = await backtest(ports, parsePlan(definition), await codeOf(ports.catalog, strategy), 0);
      expect(tested.resultHash).not.toBeNull();
      expect(resultHash).toBe(tested.resultHash);
    }
  });
});

describe("an instrument that ended and is traded again", () => {
  const end = (at: number): Arrival => ({ instrument: BTC, record: { kind: "ended", at } });

  it("is taken again, with what its longer windows had closed before their time left as it was", async () => {
    const ports = memoryPorts();
    const run = await register(ports, "trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@5m"]);
    await send(ports, [...trades(BTC, NOON, 6), end(NOON + 2 * MINUTE)]);
    await send(ports, [...trades(BTC, NOON + 20 * MINUTE, 6, 6), beat(NOON + 22 * MINUTE)]);
    const { cycles } = await ports.results.read(run);
    expect([...cycles.time].map((time) => (time + 1 - NOON) / MINUTE)).toEqual([1, 2, 5, 21, 22]);
    const stopped = await stopPaperRun(ports, run);
    const tested = await backtest(ports, parsePlan(stopped.definition), await codeOf(ports.catalog, "trend-filter"), 0);
    expect(tested.resultHash).toBe(stopped.resultHash);
    expect(await deadLetters(ports.log)).toEqual([]);
  });

  it("is waited for though its end is published again, as by an invocation that was overtaken", async () => {
    const ports = memoryPorts();
    const eth = parseInstrument("binance:ETH/USDT");
    const run = await register(ports, "trend-filter", ["binance:BTC/USDT@1m", "slow=binance:ETH/USDT@1m"]);
    await send(ports, [...trades(BTC, NOON, 6), ...trades(eth, NOON, 6)]);
    const ends = await candlesOf(ports, [end(NOON + 2 * MINUTE)]);
    await stepStrategies(ports, ends);
    await send(ports, [...trades(BTC, NOON + 2 * MINUTE, 6, 6), beat(NOON + 4 * MINUTE)]);
    await ports.log.publish(CANDLES, ends);
    await send(ports, [{ instrument: eth, record: { kind: "heartbeat", watermark: NOON + 9 * MINUTE } }]);
    const upTo = async () => ((await ports.results.read(run)).cycles.time.at(-1)! + 1 - NOON) / MINUTE;
    expect(await upTo()).toBe(4);
    await send(ports, [beat(NOON + 8 * MINUTE)]);
    expect(await upTo()).toBe(8);
    expect(await deadLetters(ports.log)).toEqual([]);
  });

  it("sends to dead letters what a run that went on without it can take no more", async () => {
    const ports = memoryPorts();
    const eth = parseInstrument("binance:ETH/USDT");
    const run = await register(ports, "trend-filter", ["binance:BTC/USDT@1m", "slow=binance:ETH/USDT@1m"]);
    await send(ports, [...trades(BTC, NOON, 6), ...trades(eth, NOON, 60), end(NOON + 2 * MINUTE)]);
    await send(ports, [{ instrument: eth, record: { kind: "heartbeat", watermark: NOON + 20 * MINUTE } }]);
    await send(ports, [...trades(BTC, NOON + 19 * MINUTE, 6, 6), beat(NOON + 21 * MINUTE)]);
    const letters = await deadLetters(ports.log);
    expect(letters.map(({ reason }) => reason)).toEqual([expect.stringContaining(`run ${run} went on to`)]);
    await send(ports, [{ instrument: eth, record: { kind: "heartbeat", watermark: NOON + 21 * MINUTE } }]);
    const { cycles } = await ports.results.read(run);
    expect([...cycles.time].map((time) => (time + 1 - NOON) / MINUTE)).toEqual(
      Array.from({ length: 21 }, (_, i) => i + 1),
    );
  });
});

describe("a run that is stopped", () => {
  it("takes no step that was under way, not even one that fails it", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "throws", ["binance:BTC/USDT@1m"]);
    await send(ports, trades(BTC, NOON, 8));
    const folded = await candlesOf(ports, [beat(NOON + 4 * MINUTE)]);
    const checkpoints = Object.create(ports.checkpoints) as typeof ports.checkpoints;
    let stopped: RunRecord | null = null;
    checkpoints.commit = async (...args) => {
      stopped ??= await stopPaperRun(ports, run);
      return ports.checkpoints.commit(...args);
    };
    checkpoints.load = (...args) => ports.checkpoints.load(...args);
    await stepStrategies({ ...ports, checkpoints }, folded);
    expect(stopped).toMatchObject({ status: "stopped", figures: { bars: 2 } });
    expect(await ports.runs.get(run)).toEqual(stopped);
    await send(ports, [beat(NOON + 9 * MINUTE)]);
    expect(await ports.runs.get(run)).toEqual(stopped);
  });

  it("waits for its results to be stored before it has figures", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    await send(ports, trades(BTC, NOON, 8));
    await stepStrategies(ports, await candlesOf(ports, [beat(NOON + 4 * MINUTE)]));
    await expect(stopPaperRun(ports, run)).rejects.toThrow("are not stored yet: stop it again");
    expect((await ports.runs.get(run))?.status).toBe("running");
    await new StreamHost(ports).drain();
    expect(await stopPaperRun(ports, run)).toMatchObject({ status: "stopped", figures: { bars: 4 } });
    await expect(stopPaperRun(ports, run)).rejects.toThrow("no live run");
  });

  it("states its result though its code is gone, and can only be resumed once that is back", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    await send(ports, trades(BTC, NOON, 8));
    const without = { ...ports, artefacts: new CatalogArtefacts(new TestCatalog()) };
    const stopped = await stopPaperRun(without, run);
    expect(stopped).toMatchObject({ status: "stopped", figures: { bars: 2 } });
    const tested = await backtest(ports, parsePlan(stopped.definition), await codeOf(ports.catalog, "counts"), 0);
    expect(stopped.resultHash).toBe(tested.resultHash);
    await send(ports, [beat(NOON + 4 * MINUTE)]);
    expect(await logsOf(ports, run)).toHaveLength(2);
    await expect(resumePaperRun(without, run)).rejects.toThrow("no strategy 'counts'; put it back as it was, or start");
    expect((await ports.runs.get(run))?.status).toBe("stopped");
    await resumePaperRun(ports, run);
    await send(ports, [beat(NOON + 5 * MINUTE)]);
    expect(await logsOf(ports, run)).toHaveLength(5);
  });

  it("states no result before its first bar, and goes on from there", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    expect(await stopPaperRun(ports, run)).toMatchObject({ status: "stopped", resultHash: null, figures: null });
    await send(ports, [...trades(BTC, NOON, 8), beat(NOON + 4 * MINUTE)]);
    await resumePaperRun(ports, run);
    await expect(resumePaperRun(ports, run)).rejects.toThrow("is not stopped: it is running");
    await send(ports, [beat(NOON + 5 * MINUTE)]);
    expect(await logsOf(ports, run)).toHaveLength(5);
  });
});

describe("a run that cannot be warmed yet", () => {
  it("keeps no other from its step, nor the stream, and goes on with the next candle", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const after = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    await send(ports, trades(BTC, NOON, 8));
    const waits = await register(ports, "counts", ["binance:BTC/USDT@1m"], {}, 1);
    const folded = await candlesOf(ports, [beat(NOON + 3 * MINUTE)]);
    await stepStrategies(ports, folded);
    const stepped = (await ports.checkpoints.load("step-strategies", after))!;
    expect(stepped.fence[0]?.nextOffset).toBe(folded.at(-1)!.offset + 1);
    await new StreamHost(ports).drain();
    expect(await logsOf(ports, after)).toHaveLength(3);
    expect(await logsOf(ports, waits)).toHaveLength(0);
    await send(ports, [beat(NOON + 4 * MINUTE)]);
    expect(await logsOf(ports, waits)).toEqual(await logsOf(ports, after));
    expect(await logsOf(ports, waits)).toHaveLength(4);
  });

  it("folds what it has kept when it is stopped", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    await send(ports, trades(BTC, NOON, 8));
    const run = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    await stepStrategies(ports, await candlesOf(ports, [beat(NOON + 3 * MINUTE)]));
    await new StreamHost(ports).drain();
    await expect(stopPaperRun(ports, run)).rejects.toThrow("stop it again");
    await new StreamHost(ports).drain();
    expect(await stopPaperRun(ports, run)).toMatchObject({ status: "stopped", figures: { bars: 3 } });
  });
});

describe("poison", () => {
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

  it("on candles becomes a dead letter, and the run goes on", async () => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    const poison = [null, Uint8Array.of(0x22, 0xff), text({ v: 0 }), text({ v: 1, kind: "candles" })];
    await ports.log.publish(
      CANDLES,
      poison.map((value) => ({ key: "binance:BTC/USDT", value })),
    );
    await send(ports, [...trades(BTC, NOON, 8), beat(NOON + 4 * MINUTE)]);
    expect(await logsOf(ports, run)).toHaveLength(4);
    expect(await deadLetters(ports.log)).toHaveLength(4);
  });

  it("on ticks becomes dead letters: of a block the bad rows alone", async () => {
    const ports = memoryPorts();
    const block = { v: 1, kind: "ticks", ...BTC, origin: "live", watermark: NOON, previousId: null };
    const columns = { id: [1, 2, 3], ts: [NOON, NOON, NOON], price: [5, 0, 6], amount: [1, 1, -1], side: "bbb" };
    const key = "binance:BTC/USDT";
    await ports.log.publish(TICKS, [
      { key, value: null },
      { key, value: text({ ...block, ...columns }) },
      { key: "binance:ETH/USDT", value: text({ ...block, ...columns }) },
      { key, value: text({ ...block, ...columns, tick: "aggregate", first: [1, 2, 3], last: [1, 2, 3] }) },
    ]);
    await send(ports, [beat(NOON + MINUTE)]);
    const letters = (await deadLetters(ports.log)).map(({ offset, row }) => [offset, row]);
    expect(letters.filter(([, row]) => row !== null)).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect((await ports.ticks.extent(BTC))?.count).toBe(1);
    expect(await ports.ticks.extent(parseInstrument("binance:ETH/USDT"))).toBeNull();
    expect(ports.candles.live.get(`${key} 1m ${NOON} 0`)).toMatchObject({ open: 5, close: 5, trades: 1 });
  });

  it("is what repeats a held id with other content: told by its row, and its window stays marked", async () => {
    const ports = memoryPorts();
    await ports.ticks.append(BTC, tickColumns([{ id: 2, ts: NOON, price: 1, amount: 1, side: null }]), "import");
    const block = { v: 1, kind: "ticks", ...BTC, origin: "live", watermark: NOON, previousId: null };
    const columns = { id: [9, 1, 2], ts: [NOON, NOON, NOON], price: [0, 5, 6], amount: [1, 1, 1], side: "bbb" };
    await ports.log.publish(TICKS, [{ key: "binance:BTC/USDT", value: text({ ...block, ...columns }) }]);
    await new StreamHost(ports).drain();
    const letters = await deadLetters(ports.log);
    expect(letters.map(({ row, reason }) => [row, reason])).toEqual([
      [2, "id 2 is held with other content: the first one stays"],
      [0, expect.stringContaining("price 0 is not above 0")],
    ]);
    expect(await ports.ranges.dirty(BTC)).toMatchObject([{ from: NOON, to: NOON + 1 }]);
  });

  it.each(["", "k".repeat(3_000), `${"r".repeat(3_000)}.0/binance:BTC/USDT`, "replay-1.0/nothing"])(
    "on replayed candles by its key is a dead letter, and the others of its batch are taken",
    async (key) => {
      const ports = memoryPorts();
      await ports.log.publish(REPLAY_CANDLES, [{ key, value: text({}) }]);
      await new StreamHost(ports).drain();
      expect(await deadLetters(ports.log)).toMatchObject([{ topic: REPLAY_CANDLES, key }]);
    },
  );

  it.each([TICKS, CANDLES])("is no newer version on %s: all wait, and nothing is committed", async (topic) => {
    const ports = memoryPorts(1, new TestCatalog(CLASSES));
    const run = await register(ports, "counts", ["binance:BTC/USDT@1m"]);
    await ports.log.publish(topic, [{ key: "binance:BTC/USDT", value: text({ v: 2 }) }]);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(send(ports, [...trades(BTC, NOON, 2), beat(NOON + MINUTE)])).rejects.toThrow(NewerVersionError);
    }
    expect(await ports.checkpoints.load("step-strategies", run)).toBeNull();
    expect(await deadLetters(ports.log)).toEqual([]);
  });
});
