import { expect, test } from "vitest";
import { codeOf, memoryPorts, planOf } from "#local/embedded/test-chain.ts";
import { parseInstrument } from "../market/instrument.ts";
import { candle, MINUTE, START } from "../testkit/candle-samples.ts";
import { encodeTickRecord } from "../wire/tick-records.ts";
import { aggregate } from "./aggregate.ts";
import { tradingStart, warmUpOf } from "./paper-span.ts";

const BTC = parseInstrument("binance:BTC/USDT");
const HOUR = 60 * MINUTE;

test("trading starts with the first bar, after what is stored, or where the stream is", async () => {
  const ports = memoryPorts();
  const plan = planOf("trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@1h"], 0);
  expect(await tradingStart(ports, plan)).toEqual({ tradeFrom: 0, reason: "first-bar" });

  await ports.candles.put([candle(BTC, 0), candle(BTC, 1), candle(BTC, 0, { timeframe: "1d" })]);
  expect(await tradingStart(ports, plan)).toEqual({ tradeFrom: START + 2 * MINUTE, reason: "stored" });

  const watermark = START - HOUR + 1;
  const value = encodeTickRecord(BTC, { kind: "heartbeat", watermark });
  const record = { topic: "ticks", partition: 0, offset: 0, appendTime: 1, key: "binance:BTC/USDT", value };
  await aggregate(ports, [record]);
  expect(await tradingStart(ports, plan)).toEqual({ tradeFrom: watermark, reason: "live" });
});

test("warming up begins twice as early as the indicators need, on whole windows of the longest", async () => {
  const ports = memoryPorts();
  const plan = planOf("trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@1h"], 0, START + 100 * HOUR + 1);
  const { warmFrom, feed, bars } = warmUpOf(plan, await codeOf(ports.catalog, "trend-filter"));
  expect(feed).toBe("binance:BTC/USDT@1h");
  expect(bars).toBe(2);
  expect(warmFrom).toBe(START + 96 * HOUR);
  const fromTheFirst = planOf("sma-cross", ["binance:BTC/USDT@1m"], 0);
  expect(warmUpOf(fromTheFirst, await codeOf(ports.catalog, "sma-cross"))).toMatchObject({ warmFrom: 0, bars: 4 });
});
