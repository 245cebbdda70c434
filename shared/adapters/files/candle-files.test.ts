import { expect, test } from "vitest";
import { toDecimal } from "#shared/market/decimal.ts";
import { readText } from "./test-files.ts";

const OPEN = Date.UTC(2024, 7, 8);
const KLINE = `${OPEN},100.1,110.5,90,105.0,12345678901.123456789012345678,${OPEN + 59_999},1300000.5,42,7000.25,70000,0`;
const NAME = "BTCUSDT-1m-2024-08-08.csv";

test("archive klines carry their sums exactly", async () => {
  const reading = await readText(`${KLINE}\n`, NAME);
  expect(reading.facts).toEqual({
    format: "Binance archive klines",
    kind: "candles",
    ids: null,
    symbol: "BTCUSDT",
    timeframe: "1m",
  });
  expect(reading.rejects).toEqual([]);
  expect(reading.candles).toEqual([
    {
      instrument: "binance:BTC/USDT",
      timeframe: "1m",
      openTime: OPEN,
      closeTime: OPEN + 60_000,
      open: 100.1,
      high: 110.5,
      low: 90,
      close: 105,
      volume: 12345678901123456789012345678n,
      quoteVolume: toDecimal(1_300_000.5),
      buyVolume: toDecimal(7_000.25),
      trades: 42,
      firstId: null,
      lastId: null,
      origin: "exchange",
      revision: 0,
      reason: "import",
      completeness: "unknown",
    },
  ]);
});

test.each([
  [
    "futures",
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n",
    KLINE,
  ],
  ["spot in µs", "", KLINE.replace(`${OPEN},`, `${OPEN}000,`).replace(`${OPEN + 59_999}`, `${OPEN + 59_999}999`)],
])("klines of %s are the same", async (_, header, row) => {
  const plain = await readText(KLINE, NAME);
  const reading = await readText(header + row, NAME);
  expect(reading.candles).toEqual(plain.candles);
  expect(reading.candles.length).toBe(1);
});

test("months are called 1mo in names", async () => {
  const month = Date.UTC(2024, 1, 1);
  const end = Date.UTC(2024, 2, 1);
  const reading = await readText(`${month},1,1,1,1,1,${end - 1},1,1,1,1,0`, "BTCUSDT-1mo-2024-02.csv");
  expect(reading.candles).toMatchObject([{ timeframe: "1M", openTime: month, closeTime: end }]);
});

test("CSV candles are a file's, with null for what they lack", async () => {
  const reading = await readText(
    `time,open,high,low,close,volume\n2024-08-08T00:00:00Z,1,2,0.5,1.5,10\n2024-08-08T01:00:00Z,2,2,2,2,0\n`,
    "mine.csv",
    "kraken:BTC/USD",
    "1h",
  );
  expect(reading.facts).toMatchObject({ format: "CSV candles", symbol: null, timeframe: "1h" });
  expect(reading.candles).toMatchObject([
    { instrument: "kraken:BTC/USD", openTime: OPEN, trades: null, quoteVolume: null, buyVolume: null, origin: "file" },
    { openTime: OPEN + 3_600_000, volume: 0n, trades: 0 },
  ]);
});

test("the timeframe must be told, once and the same", async () => {
  const text = `time,open,high,low,close,volume\n${OPEN},1,2,0.5,1.5,10\n`;
  await expect(readText(text, "mine.csv")).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("name one of 1s 1m"),
  });
  await expect(readText(KLINE, NAME, "binance:BTC/USDT", "1h")).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("holds candles of 1m by its name, not 1h"),
  });
  await expect(readText(KLINE, "BTCUSDT-3d-2024-08.csv")).rejects.toThrow("unknown timeframe '3d'");
});

test.each([
  ["an open time off the grid", [OPEN + 1, 1, 1, 1, 1, 1, OPEN + 59_999, 1, 1, 1, 1, 0], "where no candle of 1m opens"],
  ["a close time past its end", [OPEN, 1, 1, 1, 1, 1, OPEN + 3_599_999, 1, 1, 1, 1, 0], "outside the 1m from"],
  ["a close time before its start", [OPEN, 1, 1, 1, 1, 1, OPEN - 1, 1, 1, 1, 1, 0], "outside the 1m from"],
  ["a high below the close", [OPEN, 1, 1, 1, 2, 1, OPEN + 59_999, 1, 1, 1, 1, 0], "do not enclose"],
  ["a low above the open", [OPEN, 1, 3, 2, 2, 1, OPEN + 59_999, 1, 1, 1, 1, 0], "do not enclose"],
  ["price 0", [OPEN, 0, 1, 0, 1, 1, OPEN + 59_999, 1, 1, 1, 1, 0], "the open '0' is not above 0"],
  ["a close of text", [OPEN, 1, 1, 1, "x", 1, OPEN + 59_999, 1, 1, 1, 1, 0], "the close 'x' is no number"],
  ["a negative volume", [OPEN, 1, 1, 1, 1, -1, OPEN + 59_999, 1, 1, 1, 1, 0], "volume '-1' is no number from 0"],
  ["an empty volume", [OPEN, 1, 1, 1, 1, "", OPEN + 59_999, 1, 1, 1, 1, 0], "the volume is empty"],
  ["a broken count", [OPEN, 1, 1, 1, 1, 1, OPEN + 59_999, 1, 1.5, 1, 1, 0], "the number of trades '1.5'"],
  ["volume without trades", [OPEN, 1, 1, 1, 1, 1, OPEN + 59_999, 1, 0, 1, 1, 0], "volume but 0 trades"],
  ["more bought than traded", [OPEN, 1, 1, 1, 1, 1, OPEN + 59_999, 1, 1, 2, 1, 0], "takers bought more"],
  ["seconds", [OPEN / 1000, 1, 1, 1, 1, 1, OPEN + 59_999, 1, 1, 1, 1, 0], "in seconds"],
  ["next week", [Date.UTC(2025, 5, 8), 1, 1, 1, 1, 1, Date.UTC(2025, 5, 8), 1, 1, 1, 1, 0], "allowed is"],
  ["a column too few", [OPEN, 1, 1, 1, 1, 1, OPEN + 59_999, 1, 1, 1, 1], "it has 11 columns, 12 are needed"],
])("a candle with %s is left out with its reason", async (_, row, reason) => {
  const reading = await readText(`${KLINE}\n${row.join(",")}\n${KLINE}`, NAME);
  expect(reading.candles.length).toBe(2);
  expect(reading.rejects).toEqual([{ line: 2, value: row.join(","), reason: expect.stringContaining(reason) }]);
});

test("an unfinished month is left out", async () => {
  const month = Date.UTC(2025, 5, 1);
  const reading = await readText(`${month},1,1,1,1,1,${Date.UTC(2025, 6, 1) - 1},1,1,1,1,0`, "BTCUSDT-1mo-2025-06.csv");
  expect(reading.rejects[0]?.reason).toContain("in the future");
});

test("many candles come in batches", async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${OPEN + i * 60_000},1,1,1,1,1`).join("\n");
  const reading = await readText(`open_time,open,high,low,close,volume\n${rows}`, NAME);
  expect(reading.candles.length).toBe(20_000);
  expect(reading.candles.at(-1)?.openTime).toBe(OPEN + 19_999 * 60_000);
  expect(reading.batches).toBe(3);
});
