import { describe, expect, it } from "vitest";
import { aggregate } from "#shared/app/aggregate.ts";
import { backtest } from "#shared/app/backtest.ts";
import { CatalogArtefacts } from "#shared/app/catalog-artefacts.ts";
import { decodeLiveRun, encodeLiveRun } from "#shared/app/live-run-state.ts";
import { resumePaperRun, startPaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { parsePlan } from "#shared/app/run-plan.ts";
import { stepStrategies } from "#shared/app/step-strategies.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { Strategy } from "#shared/engine/strategy.ts";
import { type Instrument, parseInstrument } from "#shared/market/instrument.ts";
import { type Tick, tickColumns } from "#shared/market/tick.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { NewerVersionError } from "#shared/wire/decoded.ts";
import { CANDLES, REPLAY_CANDLES, TICKS } from "#shared/wire/topics.ts";
import { StreamHost } from "./stream-host.ts";
import {
  type Arrival,
  codeOf,
  deadLetters,
  type MemoryPorts,
  memoryPorts,
  planOf,
  publishTicks,
  stopped,
  TestCatalog,
} from "./test-chain.ts";

const MINUTE = 60_000;
const BTC = parseInstrument("binance:BTC/USDT");
const NOON = Date.UTC(2024, 5, 1, 12);

class Throws extends Strategy({}) {
  state = { bars: 0 };

  override next(): void {
    this.state.bars++;
    if (this.state.bars === 4) throw new Error("four is too many");
    this.log(`bar ${this.state.bars}`);
  }
}

class KeepsMap extends Strategy({}) {
  state: Record<string, unknown> = { seen: null };

  override next(): void {
    this.state["seen"] = new Map();
  }
}

class Counts extends Strategy({}) {
  override next(): void {
    this.log(String(this.data.close.now));
  }
}

/** Cannot be made in one process, though it was registered in another; `fails`: what its making throws. */
class Unmade extends Strategy({}) {
  static fails: (() => unknown) | null = null;
  readonly made = Unmade.fails === null ? "made" : String(Unmade.fails());
}

const CLASSES = { throws: Throws, "keeps-map": KeepsMap, counts: Counts };

/** A trade every 20 s from `from` on. */
function trades(instrument: Instrument, from: number, count: number, firstId = 0): Arrival[] {
  const ticks = Array.from({ length: count }, (_, i): Tick => {
    return { id: firstId + i, ts: from + i * 20_000, price: 100 + ((i * 7) % 11), amount: 1, side: "buy" };
  });
  return Array.from(tickRecords(tickColumns(ticks), { origin: "live", span: 1 }), (record) => ({ instrument, record }));
}

const beat = (watermark: number): Arrival => ({ instrument: BTC, record: { kind: "heartbeat", watermark } });

async function register(
  ports: MemoryPorts,
  strategy: string,
  feeds: readonly string[],
  params = {},
  now = 0,
): Promise<string> {
  const plan = { ...planOf(strategy, feeds, NOON - MINUTE), params };
  return (await startPaperRun(ports, plan, await codeOf(ports.catalog, strategy), now)).run;
}

async function send(ports: MemoryPorts, arrivals: readonly Arrival[]): Promise<void> {
  await publishTicks(ports.log, arrivals);
  await new StreamHost(ports).drain();
}

/** What `aggregate` makes of these, not given to anybody. */
async function candlesOf(ports: MemoryPorts, arrivals: readonly Arrival[]): Promise<readonly LogRecord[]> {
  await publishTicks(ports.log, arrivals);
  await aggregate(ports, await ports.log.poll("aggregate/ticks", TICKS, 1_000));
  return ports.log.poll("step-strategies/candles", CANDLES, 1_000);
}

const logsOf = async (ports: MemoryPorts, run: string) => (await ports.results.read(run)).logs.map(({ text }) => text);

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

  it("is refused at registration where it could never start", async () => {
    const ports = memoryPorts();
    await expect(register(ports, "trend-filter", ["binance:BTC/USDT@1m"])).rejects.toThrow("runs on 2 feeds, not 1");
    await expect(register(ports, "sma-cross", ["binance:BTC/USDT@1m"], { slw: 3 })).rejects.toThrow("slw");
    expect(await ports.runs.list()).toEqual([]);
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
