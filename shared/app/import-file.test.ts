import { describe, expect, it } from "vitest";
import { MemoryCandleStore } from "../adapters/memory/candle-store.ts";
import { MemoryRangeRegistry } from "../adapters/memory/range-registry.ts";
import { MemoryTickStore } from "../adapters/memory/tick-store.ts";
import type { Candle } from "../market/candle.ts";
import { InputError } from "../market/input-error.ts";
import { type Tick, tickColumns } from "../market/tick.ts";
import type { FileCandleBatch, FileReject, FileTickBatch, TradeFile } from "../ports/trade-file.ts";
import { candle, MINUTE, query, read, START } from "../testkit/candle-samples.ts";
import { importFile } from "./import-file.ts";

const BTC = { exchange: "binance", symbol: "BTC/USDT" };
const PROGRESS = { bytesRead: 0, bytesTotal: 10 };
const tick = (id: number, ts = START + id, price = 5): Tick => ({ id, ts, price, amount: 1, side: "buy" });

function portsOf() {
  const ranges = new MemoryRangeRegistry();
  return { ticks: new MemoryTickStore(), ranges, candles: new MemoryCandleStore(ranges) };
}

/** A block whose rows stand on the lines from `line` on. */
function block(line: number, ticks: readonly Tick[], changes: Partial<FileTickBatch> = {}): FileTickBatch {
  const lines = Float64Array.from(ticks, (_, i) => line + i);
  return { kind: "ticks", ticks: tickColumns(ticks), lines, rejects: [], ignored: 0, progress: PROGRESS, ...changes };
}

function fileOf(
  batches: readonly (FileTickBatch | FileCandleBatch | Error)[],
  facts: Partial<TradeFile["facts"]> = {},
): TradeFile {
  return {
    facts: { format: "test", kind: "trade", ids: "sequence", symbol: null, timeframe: null, ...facts },
    async *batches() {
      for (const batch of batches) {
        if (batch instanceof Error) throw batch;
        yield batch;
      }
    },
  };
}

function listener() {
  const rejects: FileReject[] = [];
  const rows: number[] = [];
  return {
    heard: rejects,
    rows,
    progress: (_: unknown, count: number) => void rows.push(count),
    rejects: async (more: readonly FileReject[]) => void rejects.push(...more),
  };
}

describe("an import of trades", () => {
  it("counts what is new, repeated, rejected and ignored, and marks it for rebuild", async () => {
    const ports = portsOf();
    const reject = { line: 3, value: "x", reason: "no number" };
    const heard = listener();
    const summary = await importFile(
      ports,
      BTC,
      fileOf([block(1, [tick(1), tick(2)]), block(4, [tick(2), tick(3)], { rejects: [reject], ignored: 4 })]),
      heard,
    );
    expect(summary).toMatchObject({ stored: 3, repeated: 1, rejected: 1, ignored: 4, from: START + 1, to: START + 3 });
    expect(heard.heard).toEqual([reject]);
    expect(heard.rows).toEqual([2, 5]);
    expect(await ports.ranges.dirty(BTC)).toMatchObject([{ from: START + 1, to: START + 4 }]);
    expect(await ports.ranges.coverage(BTC, 0, START * 2)).toEqual([]);
  });

  it("turns conflicts into rejects with their lines, among those of the file", async () => {
    const ports = portsOf();
    await ports.ticks.append(BTC, tickColumns([tick(2)]), "import");
    const heard = listener();
    const other = tick(2, START + 900_000, 6);
    const rejects = [8, 12].map((line) => ({ line, value: "", reason: "" }));
    const summary = await importFile(
      ports,
      BTC,
      fileOf([block(9, [tick(1), other, tick(1, START, 7)], { rejects })]),
      heard,
    );
    expect(heard.heard.map(({ line }) => line)).toEqual([8, 10, 11, 12]);
    expect(heard.heard[1]).toMatchObject({ value: `id 2, ts ${START + 900_000}, price 6, amount 1` });
    expect(summary).toMatchObject({ stored: 1, repeated: 0, rejected: 4, from: START + 1, to: START + 1 });
    expect(await ports.ranges.dirty(BTC)).toMatchObject([{ from: START + 1, to: START + 2 }]);
  });

  it("keeps and marks the rows before a damage, and tells of it", async () => {
    const ports = portsOf();
    const damaged = fileOf([block(1, [tick(1)]), new InputError("bad-data", "the gzip ends too early")]);
    await expect(importFile(ports, BTC, damaged, listener())).rejects.toThrow("ends too early");
    expect((await ports.ticks.extent(BTC))?.count).toBe(1);
    expect(await ports.ranges.dirty(BTC)).toHaveLength(1);
  });

  it("vouches for the silence inside a file without sequential ids, and marks that too", async () => {
    const ports = portsOf();
    const columns = tickColumns([tick(7), tick(900, START + 90_000)], "trade", "hash");
    const file = fileOf([block(1, [tick(7), tick(900)], { ticks: columns })], { ids: "hash", format: "CSV" });
    await importFile(ports, BTC, file, listener());
    const span = { from: START + 7, to: START + 90_001 };
    expect(await ports.ranges.coverage(BTC, 0, START * 2)).toEqual([
      { ...span, kind: "source", reason: "one file of CSV" },
    ]);
    expect(await ports.ranges.dirty(BTC)).toMatchObject([{ ...span, mark: 2 }]);
  });

  it("of nothing leaves nothing", async () => {
    const ports = portsOf();
    const summary = await importFile(ports, BTC, fileOf([block(1, [])]), listener());
    expect(summary).toMatchObject({ stored: 0, rejected: 0, from: null, to: null });
    expect(await ports.ranges.dirty(BTC)).toEqual([]);
  });
});

describe("an import of candles", () => {
  const file = { origin: "file", reason: "import", completeness: "unknown" } as const;
  const batch = (candles: readonly Candle[]): FileCandleBatch => {
    return { kind: "candles", candles, rejects: [], ignored: 0, progress: PROGRESS };
  };
  const facts = { kind: "candles", ids: null, timeframe: "1m" } as const;
  const minutes = Array.from({ length: 5 }, (_, i) => candle(BTC, i, file));

  it("stores them, tells repeats by content, and merges longer ones", async () => {
    const ports = portsOf();
    const first = await importFile(ports, BTC, fileOf([batch(minutes.slice(0, 3))], facts), listener());
    expect(first).toMatchObject({ stored: 3, repeated: 0, from: START, to: START + 3 * MINUTE - 1 });
    const backwards = Object.fromEntries(Object.entries(minutes[1]!).reverse()) as unknown as Candle;
    const changed = { ...minutes[2]!, close: 1 };
    const second = await importFile(
      ports,
      BTC,
      fileOf([batch([minutes[4]!, changed, backwards, minutes[3]!])], facts),
      listener(),
    );
    expect(second).toMatchObject({ stored: 3, repeated: 1, from: START + MINUTE, to: START + 5 * MINUTE - 1 });
    expect((await read(ports.candles, query(BTC))).map(({ close, revision }) => [close, revision])).toEqual([
      [100.1, 0],
      [101.1, 0],
      [1, 1],
      [103.1, 0],
      [104.1, 0],
    ]);
    const [five] = await read(ports.candles, query(BTC, { timeframe: "5m" }));
    expect(five).toMatchObject({
      origin: "file",
      open: 100,
      close: 104.1,
      high: 114.5,
      trades: 50,
      completeness: "unknown",
    });
  });

  it("leaves longer candles alone that files brought themselves", async () => {
    const ports = portsOf();
    const own = candle(BTC, 0, { ...file, timeframe: "5m", close: 42 });
    await importFile(ports, BTC, fileOf([batch([own])], { ...facts, timeframe: "5m" }), listener());
    await importFile(ports, BTC, fileOf([batch(minutes)], facts), listener());
    expect(await read(ports.candles, query(BTC, { timeframe: "5m" }))).toMatchObject([{ close: 42, reason: "import" }]);
  });
});
