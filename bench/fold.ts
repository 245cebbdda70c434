import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { openStore } from "#shared/adapters/duckdb/store.ts";
import { Aggregator } from "#shared/aggregation/aggregator.ts";
import type { Candle } from "#shared/market/candle.ts";
import { sliceTicks, type TickColumns } from "#shared/market/tick.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";
import { minutesBySql } from "#shared/testkit/candles-by-sql.ts";
import type { Figure } from "./figure.ts";
import { BENCH_INSTRUMENT, benchmarkTicks, fastest } from "./market.ts";

const TICKS = 5_000_000;
const BLOCK = 1_000;
const ROUNDS = 5;
const TIMEFRAMES: readonly Timeframe[] = ["1m", "3m", "5m", "15m", "30m", "1h", "2h"];

/** The minutes of the same ticks, as plain SQL: floating sums, and ties of time left to chance. */
const PEER = `SELECT ts // 60000 AS minute, arg_min(price, ts), max(price), min(price), arg_max(price, ts), sum(amount),
  count(*) FROM ticks GROUP BY minute`;

function fold(ticks: TickColumns): Candle[] {
  const aggregator = new Aggregator("binance:BTC/USDT", TIMEFRAMES);
  const candles: Candle[] = [];
  for (let from = 0; from < ticks.length; from += BLOCK) {
    const block = sliceTicks(ticks, from, Math.min(from + BLOCK, ticks.length));
    const watermark = block.ts[block.length - 1]! - 2_000;
    const previousId = from === 0 ? null : ticks.id[from - 1]!;
    for (const candle of aggregator.fold({ kind: "ticks", origin: "live", watermark, previousId, ticks: block })
      .candles) {
      candles.push(candle);
    }
  }
  return candles;
}

/** Ticks in columns → 1m and six larger timeframes, beside DuckDB's SQL from the same ticks to 1m alone, on one thread. */
export async function run(): Promise<Figure[]> {
  const ticks = benchmarkTicks(TICKS);
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  try {
    const path = join(folder, "store.duckdb");
    const store = await openStore(path);
    for (let from = 0; from < TICKS; from += 131_072) {
      await store.ticks.append(BENCH_INSTRUMENT, sliceTicks(ticks, from, Math.min(from + 131_072, TICKS)), "import");
    }
    await store.close();
    await check(fold(ticks), path);
    const seconds = await fastest(ROUNDS, () => fold(ticks));
    const peerSeconds = await timePeer(path);
    const value = TICKS / seconds / 1e6;
    const ratio = peerSeconds / seconds;
    return [{ name: "fold", value, unit: "M ticks/s", peer: "DuckDB SQL to 1m", ratio }];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function timePeer(path: string): Promise<number> {
  const database = await DuckDBInstance.create(path, { access_mode: "READ_ONLY", threads: "1" });
  const connection = await database.connect();
  await connection.run(PEER);
  const seconds = await fastest(ROUNDS, () => connection.run(PEER));
  connection.disconnectSync();
  database.closeSync();
  return seconds;
}

/** Throws unless every closed minute equals what exact SQL computes. */
async function check(candles: readonly Candle[], path: string): Promise<void> {
  const minutes = new Map(candles.filter((each) => each.timeframe === "1m").map((each) => [each.openTime, each]));
  let compared = 0;
  for (const expected of await minutesBySql(path, BENCH_INSTRUMENT)) {
    const candle = minutes.get(expected.openTime);
    if (candle === undefined) continue;
    compared++;
    const { open, high, low, close, trades, volume } = candle;
    const text = `${volume / 10n ** 18n}.${(volume % 10n ** 18n).toString().padStart(18, "0")}`;
    const found = [open, high, low, close, trades, text];
    const wanted = [expected.open, expected.high, expected.low, expected.close, expected.trades, expected.volume];
    if (found.some((value, i) => value !== wanted[i])) {
      throw new Error(`minute ${expected.openTime} is ${found.join(" ")}, SQL has ${wanted.join(" ")}`);
    }
  }
  if (compared < minutes.size - 1 || compared < 1_000) throw new Error(`only ${compared} minutes could be compared`);
}
