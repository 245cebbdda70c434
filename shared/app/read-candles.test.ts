import { describe, expect, it } from "vitest";
import { MemoryCandleStore } from "../adapters/memory/candle-store.ts";
import { MemoryRangeRegistry } from "../adapters/memory/range-registry.ts";
import { MemoryTickStore } from "../adapters/memory/tick-store.ts";
import { type IdScheme, tickColumns } from "../market/tick.ts";
import { collect } from "../testkit/opened.ts";
import { candleColumns, readCandles } from "./read-candles.ts";

const BTC = { exchange: "binance", symbol: "BTC/USDT" };
const NOON = Date.UTC(2024, 5, 1, 12);

/** Trades at these times after noon, ms, with ids from 1 on. */
async function portsOf(times: readonly number[], ids: IdScheme = "sequence", firstIds: readonly number[] = []) {
  const ranges = new MemoryRangeRegistry();
  const ticks = new MemoryTickStore();
  const rows = times.map((time, i) => {
    return { id: firstIds[i] ?? i + 1, ts: NOON + time, price: i + 1, amount: 1, side: "buy" as const };
  });
  await ticks.append(BTC, tickColumns(rows, "trade", ids), "import");
  return { ticks, ranges, candles: new MemoryCandleStore(ranges) };
}

async function seconds(ports: Awaited<ReturnType<typeof portsOf>>, from: number, to: number) {
  const query = { instrument: BTC, timeframe: "1s", choice: "best", from: NOON + from, to: NOON + to } as const;
  const candles = (await collect(readCandles(ports, query))).flat();
  const columns = await candleColumns(ports, query);
  expect(columns.length).toBe(candles.filter(({ completeness }) => completeness !== "gap").length);
  return candles.map(({ openTime, close, trades, completeness }) => [openTime - NOON, close, trades, completeness]);
}

describe("candles of a second", () => {
  it("are those that lie in the span with their whole length", async () => {
    const ports = await portsOf([0, 999, 1_000, 2_500, 4_000]);
    const all = [
      [0, 2, 2, "unknown"],
      [1_000, 3, 1, "proven"],
      [2_000, 4, 1, "proven"],
      [3_000, 4, 0, "proven"],
      [4_000, 5, 1, "unknown"],
    ];
    expect(await seconds(ports, -10_000, 10_000)).toEqual(all);
    expect(await seconds(ports, 0, 5_000)).toEqual(all);
    expect(await seconds(ports, 1, 4_999)).toEqual(all.slice(1, 4));
    expect(await seconds(ports, 1_000, 3_000)).toEqual(all.slice(1, 3));
    expect(await seconds(ports, 1_500, 2_999)).toEqual([]);
    expect(await seconds(ports, 2_100, 3_900)).toEqual([]);
    expect(await seconds(ports, 20_000, 30_000)).toEqual([]);
    expect(await seconds(ports, Number.NEGATIVE_INFINITY, Number.MAX_SAFE_INTEGER)).toEqual(all);
  });

  it("are gaps where ids are missing, and silent only as far as one source tells", async () => {
    expect(await seconds(await portsOf([0, 2_000], "sequence", [1, 3]), 0, 3_000)).toEqual([
      [0, 1, 1, "unknown"],
      [1_000, null, 0, "gap"],
      [2_000, 2, 1, "unknown"],
    ]);
    const hashed = await portsOf([0, 3_000], "hash");
    await hashed.ranges.addCoverage(BTC, { from: NOON, to: NOON + 2_500, kind: "source", reason: "" });
    expect((await seconds(hashed, 0, 4_000)).map(([, , , completeness]) => completeness)).toEqual([
      "unknown",
      "unknown",
      "gap",
      "unknown",
    ]);
  });

  it("are none where nothing is held", async () => {
    expect(await seconds(await portsOf([]), 0, 5_000)).toEqual([]);
  });
});
