import { describe, expect, test } from "vitest";
import { InputError } from "./input-error.ts";
import { feedKey, instrumentKey, parseFeed, parseInstrument } from "./instrument.ts";

describe("instruments", () => {
  test.each([
    ["binance:BTC/USDT", "binance", "BTC/USDT"],
    ["okx:1INCH/USDT", "okx", "1INCH/USDT"],
    ["bybit:BTC/USDT:USDT", "bybit", "BTC/USDT:USDT"],
    ["deribit:BTC/USD:BTC-250627", "deribit", "BTC/USD:BTC-250627"],
    ["deribit:BTC/USD:BTC-250627-100000-C", "deribit", "BTC/USD:BTC-250627-100000-C"],
    ["bit2c:BTC/NIS", "bit2c", "BTC/NIS"],
  ])("%s", (text, exchange, symbol) => {
    expect(parseInstrument(text)).toEqual({ exchange, symbol });
    expect(instrumentKey({ exchange, symbol })).toBe(text);
  });

  test.each([
    "",
    "BTC/USDT",
    "binance",
    "binance:",
    "binance:BTCUSDT",
    "binance:BTC/",
    ":BTC/USDT",
    "Binance:BTC/USDT",
    "binance:btc/usdt",
  ])("'%s' names none", (text) => {
    expect(() => parseInstrument(text)).toThrow(InputError);
    expect(() => parseInstrument(text)).toThrow("such as binance:BTC/USDT");
  });

  test.each([
    "binance:BTC/USDT ",
    " binance:BTC/USDT",
    "binance:BTC/USDT\n",
    "binance:BTC/USDT@1h",
    "binance:BTC/USDT:",
  ])("%j names none", (text) => expect(() => parseInstrument(text)).toThrow(InputError));
});

describe("feeds", () => {
  test("without a name the feed is called data", () => {
    const instrument = { exchange: "binance", symbol: "BTC/USDT" };
    expect(parseFeed("binance:BTC/USDT@1h")).toEqual({ name: "data", instrument, timeframe: "1h" });
    expect(parseFeed("slow=binance:BTC/USDT@1M")).toEqual({ name: "slow", instrument, timeframe: "1M" });
  });

  test("the key has no name", () => {
    expect(feedKey(parseFeed("slow_2=bybit:BTC/USDT:USDT@15m"))).toBe("bybit:BTC/USDT:USDT@15m");
  });

  test.each(["", "binance:BTC/USDT", "binance:BTC/USDT@", "@1h", "=binance:BTC/USDT@1h", "2=binance:BTC/USDT@1h"])(
    "'%s' names none",
    (text) => expect(() => parseFeed(text)).toThrow(InputError),
  );

  test("a wrong part is named", () => {
    expect(() => parseFeed("binance:BTC/USDT@7m")).toThrow("unknown timeframe '7m'");
    expect(() => parseFeed("binance:BTC@1m")).toThrow("'binance:BTC' names no instrument");
  });
});
