import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tickColumns } from "#shared/market/tick.ts";
import { minutesBySql } from "#shared/testkit/candles-by-sql.ts";
import { openStore } from "./store.ts";

const START = Date.UTC(2024, 0);
const INSTRUMENT = { exchange: "binance", symbol: "BTC/USDT" };

it("computes minutes from stored ticks: first and last by (ts, id), exact volume", async () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-sql-"));
  const path = join(folder, "store.duckdb");
  const store = await openStore(path);
  const tick = (id: number, offset: number, price: number, amount: number) =>
    ({ id, ts: START + offset, price, amount, side: "buy", firstId: id * 10, lastId: id * 10 + 1 }) as const;
  await store.ticks.append(
    INSTRUMENT,
    tickColumns(
      [tick(3, 59_999, 7, 0.2), tick(2, 5, 9, 0.1), tick(1, 5, 8, 1e-8), tick(9, 180_000, 5, 1e15)],
      "aggregate",
    ),
    "import",
  );
  await store.close();
  expect(await minutesBySql(path, INSTRUMENT)).toEqual([
    { openTime: START, open: 8, high: 9, low: 7, close: 7, volume: "0.300000010000000000", trades: 6 },
    {
      openTime: START + 180_000,
      open: 5,
      high: 5,
      low: 5,
      close: 5,
      volume: "1000000000000000.000000000000000000",
      trades: 2,
    },
  ]);
  expect(await minutesBySql(path, { exchange: "x", symbol: "A/B" })).toEqual([]);
  rmSync(folder, { recursive: true });
});
