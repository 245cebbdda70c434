import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readText, TS } from "./test-files.ts";

const frame = (stream: string, data: object): string => `${TS}123456 ${JSON.stringify({ stream, data })}`;
const trade = (id: number, symbol = "BTCUSDT"): string =>
  frame("x@trade", { e: "trade", E: TS, s: symbol, t: id, p: "100.50", q: "0.25", T: TS, m: id % 2 === 0, M: true });
const aggregate = (id: number): string =>
  frame("x@aggTrade", { e: "aggTrade", E: TS, s: "BTCUSDT", a: id, p: "5", q: "1", f: 20, l: 22, T: TS, m: true });
const depth = frame("x@depth", { e: "depthUpdate", s: "BTCUSDT", b: [["1", "2"]] });
const bookTicker = frame("x@bookTicker", { u: 1, s: "BTCUSDT", b: "1" });

test("trades of the asked symbol are read, other frames counted", async () => {
  const text = [depth, trade(4, "ETHUSDT"), trade(2), bookTicker, aggregate(1), trade(3), ""].join("\n");
  const reading = await readText(gzipSync(text), "capture.frames.gz");
  expect(reading.facts).toEqual({
    format: "recorded frames of trades, gzip",
    kind: "trade",
    ids: "sequence",
    symbol: null,
    timeframe: null,
  });
  expect(reading.ticks).toEqual([
    { id: 2, ts: TS, price: 100.5, amount: 0.25, side: "sell" },
    { id: 3, ts: TS, price: 100.5, amount: 0.25, side: "buy" },
  ]);
  expect(reading).toMatchObject({ ignored: 4, rejects: [], fault: null });
});

test("the first tick tells the kind, however late it comes", async () => {
  const reading = await readText(`${`${depth}\n`.repeat(5_000)}${aggregate(9)}\n${trade(3)}\n`, "capture.frames");
  expect(reading.facts).toMatchObject({ kind: "aggregate" });
  expect(reading.ticks).toEqual([{ id: 9, ts: TS, price: 5, amount: 1, side: "sell", firstId: 20, lastId: 22 }]);
  expect(reading.ignored).toBe(5_001);
});

test("damaged frames and bad values are left out with line and reason", async () => {
  const cut = trade(5).slice(0, 90);
  const damaged = `${trade(5).slice(0, -3)}}`;
  const price = trade(6).replace('"100.50"', '"0"');
  const missing = trade(7).replace('"q":"0.25",', "");
  const greatId = trade(8).replace('"t":8', '"t":9007199254740993');
  const reading = await readText([trade(1), cut, damaged, depth, price, missing, greatId, "junk", trade(2)].join("\n"));
  expect(reading.ticks.map((tick) => tick.id)).toEqual([1, 2]);
  expect(reading.ignored).toBe(1);
  expect(reading.rejects).toEqual([
    { line: 2, value: cut, reason: expect.stringContaining("it is no frame") },
    { line: 3, value: damaged, reason: "its JSON is damaged" },
    { line: 5, value: expect.any(String), reason: "the price '0' is not above 0" },
    { line: 6, value: expect.any(String), reason: "the amount is empty" },
    { line: 7, value: expect.any(String), reason: expect.stringContaining("past 2^53 − 1") },
    { line: 8, value: "junk", reason: expect.stringContaining("it is no frame") },
  ]);
});

test("a recording without the asked symbol is refused", async () => {
  await expect(readText(`${trade(1)}\n${depth}\n`, "capture.frames", "binance:SOL/USDT")).rejects.toMatchObject({
    code: "no-data",
    message: expect.stringContaining("no trade or aggTrade event of SOLUSDT"),
  });
});
