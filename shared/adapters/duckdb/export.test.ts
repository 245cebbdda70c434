import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Candle } from "#shared/market/candle.ts";
import { toDecimal } from "#shared/market/decimal.ts";
import { tickColumns } from "#shared/market/tick.ts";
import { type DuckdbStore, openStore } from "./store.ts";

const INSTRUMENT = { exchange: "binance", symbol: "BTC/USDT" };
const START = Date.UTC(2024, 0);
const ALL = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

const TICKS = [3, 1, 2].map((id) => ({ id, ts: START + id, price: id / 3, amount: 0.1, side: "buy" as const }));

function candle(window: number, changes: Partial<Candle> = {}): Candle {
  const openTime = START + window * 60_000;
  return {
    instrument: "binance:BTC/USDT",
    timeframe: "1m",
    openTime,
    closeTime: openTime + 60_000,
    open: 1,
    high: 2,
    low: 0.5,
    close: 1.5,
    volume: toDecimal(0.1) + 1n,
    quoteVolume: null,
    buyVolume: 0n,
    trades: 3,
    firstId: 1,
    lastId: 3,
    origin: "rebuilt",
    revision: 0,
    reason: "rebuild",
    completeness: "proven",
    ...changes,
  };
}

describe("exporting", () => {
  let folder = "";
  let store: DuckdbStore;
  let reader: DuckDBConnection;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "millrace-export-"));
    store = await openStore(join(folder, "store.duckdb"));
    reader = await (await DuckDBInstance.create(":memory:")).connect();
    await store.ticks.append(INSTRUMENT, tickColumns(TICKS), "import");
    await store.candles.put(
      [0, 1, 2].flatMap((window) => [candle(window), candle(window, { origin: "live", close: 9 })]),
    );
    await store.ranges.markDirty(INSTRUMENT, START + 60_000, START + 120_000);
    const row = { seq: 0, time: START, order: 1, feed: "data", size: 1, price: 2, fee: 0.1, pnl: 0 };
    await store.results.write("run 'one'", ["data", 'x"y'], {
      firstCycle: 0,
      cycles: {
        length: 2,
        time: Float64Array.of(START, START + 60_000),
        cash: Float64Array.of(100, 99),
        value: Float64Array.of(100, 101),
        position: [Float64Array.of(0, 1), Float64Array.of(5, 6)],
      },
      orders: [],
      fills: [row],
      trades: [],
      logs: [],
    });
  });

  afterAll(async () => {
    reader.disconnectSync();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function readParquet(path: string) {
    const result = await reader.runAndReadAll(`SELECT * FROM read_parquet('${path.replaceAll("'", "''")}')`);
    return result.getRowObjectsJson();
  }

  it("writes ticks in order, to a folder that is made and a name with a quote", async () => {
    const path = join(folder, "new", "it's.parquet");
    const span = { from: START + 1, to: START + 3 };
    expect(await store.export({ what: "ticks", instrument: INSTRUMENT, ...span }, path, "parquet")).toBe(2);
    const base = { price: 1 / 3, amount: 0.1, side: "buy", origin: "import" };
    expect(await readParquet(path)).toEqual([
      { ...base, id: "1", ts: String(START + 1), first_id: "1", last_id: "1" },
      { ...base, id: "2", ts: String(START + 2), first_id: "2", last_id: "2", price: 2 / 3 },
    ]);
    const codec = await reader.runAndReadAll(
      `SELECT DISTINCT compression FROM parquet_metadata('${path.replaceAll("'", "''")}')`,
    );
    expect(codec.getRows()).toEqual([["ZSTD"]]);
  });

  it("writes the candles that read gives, by choice, with exact sums", async () => {
    for (const choice of ["best", "known"] as const) {
      const path = join(folder, `${choice}.parquet`);
      const query = { instrument: INSTRUMENT, timeframe: "1m", choice, ...ALL } as const;
      expect(await store.export({ what: "candles", ...query }, path, "parquet")).toBe(3);
      const read: Candle[] = [];
      for await (const block of store.candles.read(query)) read.push(...block);
      const written = await readParquet(path);
      expect(written.map((row) => row["origin"])).toEqual(read.map(({ origin }) => origin));
      expect(written.map((row) => row["open_time"])).toEqual(read.map(({ openTime }) => String(openTime)));
      expect(written[0]).toMatchObject({ volume: "0.100000000000000001", quote_volume: null, completeness: "proven" });
      expect(new Set(read.map(({ origin }) => origin)).size).toBe(choice === "best" ? 2 : 1);
    }
  });

  it("writes a run's rows and its equity with a column for each feed", async () => {
    const path = join(folder, "equity.csv");
    expect(await store.export({ what: "equity", run: "run 'one'" }, path, "csv")).toBe(2);
    expect(readFileSync(path, "utf8")).toBe(
      `cycle,ts,cash,value,position_data,"position_x""y"\n0,${START},100.0,100.0,0.0,5.0\n1,${START + 60_000},99.0,101.0,1.0,6.0\n`,
    );
    const fills = join(folder, "fills.csv");
    expect(await store.export({ what: "fills", run: "run 'one'" }, fills, "csv")).toBe(1);
    expect(readFileSync(fills, "utf8")).toBe(
      `seq,ts,order_id,feed,size,price,fee,pnl,maker\n0,${START},1,data,1.0,2.0,0.1,0.0,false\n`,
    );
    for (const what of ["orders", "trades"] as const) {
      expect(await store.export({ what, run: "run 'one'" }, join(folder, what), "csv")).toBe(0);
    }
  });

  it("refuses what the store does not know", async () => {
    const path = join(folder, "none.csv");
    const other = { exchange: "kraken", symbol: "BTC/USD" };
    await expect(store.export({ what: "ticks", instrument: other, ...ALL }, path, "csv")).rejects.toMatchObject({
      code: "no-data",
      message: expect.stringContaining("held: binance:BTC/USDT"),
    });
    await expect(store.export({ what: "fills", run: "none" }, path, "csv")).rejects.toMatchObject({ code: "no-data" });
  });
});
