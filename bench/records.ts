import { Aggregator } from "#shared/aggregation/aggregator.ts";
import { LIVE_TIMEFRAMES } from "#shared/app/aggregate.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import type { Candle } from "#shared/market/candle.ts";
import { encodeCandlesRecord } from "#shared/wire/candle-records.ts";
import { decodeTickRecord, encodeTickRecord } from "#shared/wire/tick-records.ts";
import type { Figure } from "./figure.ts";
import { BENCH_INSTRUMENT, benchmarkTicks, fastest } from "./market.ts";

const TICKS = 1_000_000;
const ROUNDS = 5;
const MINUTE = 60_000;

/** Bytes of records on `ticks` → decode → fold → bytes of records on `candles`, as the `aggregate` stage does. */
export async function run(): Promise<Figure[]> {
  const ticks = benchmarkTicks(TICKS);
  const records = Array.from(tickRecords(ticks, { origin: "live", span: MINUTE }), (record) =>
    encodeTickRecord(BENCH_INSTRUMENT, record),
  );
  const step = (): { candles: Candle[]; bytes: number } => {
    const aggregator = new Aggregator("binance:BTC/USDT", LIVE_TIMEFRAMES);
    const candles: Candle[] = [];
    let bytes = 0;
    for (const record of records) {
      const decoded = decodeTickRecord(record);
      const folded = aggregator.fold(decoded.record);
      if (folded.candles.length > 0) bytes += encodeCandlesRecord({ instrument: decoded.instrument, ...folded }).length;
      for (const candle of folded.candles) candles.push(candle);
    }
    return { candles, bytes };
  };
  const { candles } = step();
  const trades = candles.reduce((sum, candle) => sum + (candle.timeframe === "1m" ? candle.trades! : 0), 0);
  const closed = Math.max(...candles.filter((each) => each.timeframe === "1m").map((each) => each.closeTime));
  const expected = ticks.ts.findIndex((ts) => ts >= closed);
  if (trades !== expected) throw new Error(`the minutes hold ${trades} trades, ${expected} came before ${closed}`);
  const seconds = await fastest(ROUNDS, step);
  return [{ name: "records", value: TICKS / seconds / 1e6, unit: "M ticks/s" }];
}
