import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Tick } from "#shared/market/tick.ts";
import { readText, TS } from "./test-files.ts";
import { BLOCK_ROWS } from "./tick-rows.ts";

const ROWS = [
  `10,61837.63000000,0.02000000,1236.75260000,${TS},True,True`,
  `11,61837.64000000,0.00009000,5.56538760,${TS},False,True`,
];
const TICKS: readonly Tick[] = [
  { id: 10, ts: TS, price: 61837.63, amount: 0.02, side: "sell" },
  { id: 11, ts: TS, price: 61837.64, amount: 0.00009, side: "buy" },
];
const NAME = "BTCUSDT-trades-2024-08-08.csv";

test("archive trades are read without a header", async () => {
  const reading = await readText(`${ROWS.join("\n")}\n`, NAME);
  expect(reading.facts).toEqual({
    format: "Binance archive trades",
    kind: "trade",
    ids: "sequence",
    symbol: "BTCUSDT",
    timeframe: null,
  });
  expect(reading).toMatchObject({ ticks: TICKS, rejects: [], ignored: 0, fault: null });
});

test.each([
  ["without a last line feed", ROWS.join("\n")],
  ["with CRLF", `${ROWS.join("\r\n")}\r\n`],
  ["with empty lines", `\n${ROWS.join("\n\n")}\n\n`],
  ["in lower case", ROWS.join("\n").toLowerCase()],
  ["in µs", ROWS.join("\n").replaceAll(String(TS), `${TS}999`)],
  ["in ns", ROWS.join("\n").replaceAll(String(TS), `${TS}000001`)],
  ["with a header", `id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch\n${ROWS.join("\n")}`],
  ["with a byte order mark", `\ufeffid,price,qty,quoteQty,time,isBuyerMaker,isBestMatch\n${ROWS.join("\n")}`],
  [
    "with the header of futures",
    `id,price,qty,quote_qty,time,is_buyer_maker\n${ROWS.join("\n")
      .replaceAll(",True\n", "\n")
      .replace(/,True$/, "")}`,
  ],
  [
    "of futures without a header",
    ROWS.join("\n")
      .replaceAll(",True\n", "\n")
      .replace(/,True$/, ""),
  ],
  [
    "of futures with CRLF and empty lines",
    `${ROWS.join("\r\n\r\n")
      .replaceAll(",True\r", "\r")
      .replace(/,True$/, "")}\r\n\r\n`,
  ],
  ["with quotes", ROWS.join("\n").replace("61837.64000000", '"61837.64000000"')],
])("archive trades %s are the same", async (_, text) => {
  const reading = await readText(text, NAME);
  expect(reading.facts.format).toBe("Binance archive trades");
  expect(reading).toMatchObject({ ticks: TICKS, rejects: [], fault: null });
});

test("gzip is unpacked, several members in a row too", async () => {
  const packed = Buffer.concat([gzipSync(`${ROWS[0]}\n`), gzipSync(`${ROWS[1]}\n`)]);
  const reading = await readText(packed, `${NAME}.gz`);
  expect(reading.facts.format).toBe("Binance archive trades, gzip");
  expect(reading).toMatchObject({ ticks: TICKS, fault: null });
});

test("archive aggregates keep the ids of their trades", async () => {
  const expected = [{ id: 7, ts: TS, price: 100, amount: 2, side: "sell", firstId: 20, lastId: 22 }];
  for (const text of [
    `7,100.0,2.0,20,22,${TS},true,true`,
    `agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n7,100.0,2.0,20,22,${TS},true`,
    `7,100.0,2.0,20,22,${TS},true`,
  ]) {
    const reading = await readText(text, "BTCUSDT-aggTrades-2024-08.csv");
    expect(reading.facts).toMatchObject({ format: "Binance archive aggTrades", kind: "aggregate", ids: "sequence" });
    expect(reading).toMatchObject({ ticks: expected, rejects: [] });
  }
});

test("a table whose columns of first and last id are empty holds trades, as QuestDB exports them", async () => {
  const row = '"2024-08-05T00:00:07.818000Z","binance","BTC/USDT",36,64241.69,0.01107,"sell",,,"import"';
  const header = '"ts","exchange","symbol","id","price","amount","side","first_id","last_id","origin"';
  const reading = await readText(`${header}\n${row}\n`, "trades.csv");
  expect(reading.facts).toMatchObject({ format: "CSV trades", kind: "trade", ids: "sequence" });
  const ts = Date.UTC(2024, 7, 5, 0, 0, 7, 818);
  expect(reading).toMatchObject({
    ticks: [{ id: 36, ts, price: 64241.69, amount: 0.01107, side: "sell" }],
    rejects: [],
  });
});

test("an aggregate whose last trade comes before its first is left out", async () => {
  const reading = await readText(`7,1,1,5,4,${TS},true,true\n8,1,1,5,x,${TS},true,true\n9,1,1,5,5,${TS},true,true`);
  expect(reading.ticks.map((tick) => tick.id)).toEqual([9]);
  expect(reading.rejects.map((reject) => reject.line)).toEqual([1, 2]);
  expect(reading.rejects[0]?.reason).toContain("first and last trade id");
});

test.each([
  ["id,ts,price,amount,side", "5,1723161255342,100.5,0.25,buy"],
  ["Trade ID;Timestamp;Size;Price;Side".replaceAll(";", ","), "5,2024-08-08T23:54:15.342Z,0.25,100.5,B"],
  ["side,quantity,price,time,id", "BUY,0.25,100.5,1723161255342000,5"],
  ["exchange,symbol,timestamp,local_timestamp,id,side,price,amount", "x,BTC-USDT,1723161255342001,1,5,buy,100.5,0.25"],
  ["m,p,q,T_unused,ts,id", "0,100.5,2.5e-1,9,2024-08-08 23:54:15.342,5"],
])("CSV with the columns %s is read by name", async (header, row) => {
  const reading = await readText(`${header}\n${row}\n`);
  expect(reading.facts).toEqual({
    format: "CSV trades",
    kind: "trade",
    ids: "sequence",
    symbol: null,
    timeframe: null,
  });
  expect(reading).toMatchObject({
    ticks: [{ id: 5, ts: TS, price: 100.5, amount: 0.25, side: "buy" }],
    rejects: [],
  });
});

test("without a column of sides the side is unknown", async () => {
  const reading = await readText(`id,time,price,size\n5,${TS},100,1\n`);
  expect(reading.ticks[0]?.side).toBeNull();
});

test("rows without ids get ids by content that stay apart and repeat at the next reading", async () => {
  const row = `${TS},100,1,buy\n`;
  const first = await readText(`time,price,amount,side\n${row}${row}${row}${TS},100,2,buy\n`);
  const second = await readText(`time,price,amount,side\n${row}${row}${row}`);
  expect(first.facts.ids).toBe("hash");
  expect(new Set(first.ticks.map((tick) => tick.id)).size).toBe(4);
  expect(second.ticks).toEqual(first.ticks.slice(0, 3));
});

test("ids that are no integers are hashed, equal ones stay equal", async () => {
  const text = ["aa-1", "aa-2", "aa-1"].map((id) => `${id},${TS},100,1`).join("\n");
  const reading = await readText(`id,time,price,amount\n${text}\n`);
  expect(reading.facts.ids).toBe("hash");
  const ids = reading.ticks.map((tick) => tick.id);
  expect(ids[2]).toBe(ids[0]);
  expect(ids[1]).not.toBe(ids[0]);
});

test("rows of another symbol are left out", async () => {
  const reading = await readText(`symbol,id,time,price,amount\nBTCUSDT,1,${TS},5,1\nETHUSDT,2,${TS},5,1\n`);
  expect(reading.ticks.map((tick) => tick.id)).toEqual([1]);
  expect(reading.rejects).toEqual([
    { line: 3, value: `ETHUSDT,2,${TS},5,1`, reason: "the row is of 'ETHUSDT', not of BTCUSDT" },
  ]);
});

test("a file of many blocks comes whole, in order, repeats included, in batches of a bounded size", async () => {
  const count = 2 * BLOCK_ROWS + 5;
  const rows = Array.from({ length: count }, (_, i) => `${i >> 1},100.5,${i + 1},1,${TS},true,true`);
  const reading = await readText(gzipSync(rows.join("\n")), `${NAME}.gz`);
  expect(reading.ticks.length).toBe(count);
  expect(reading.ticks.every((tick, i) => tick.id === i >> 1 && tick.amount === i + 1)).toBe(true);
  expect(reading.batches).toBe(3);
});

test("contracts go by the names that the archive has for them", async () => {
  const futures = ROWS[0]!.replace(/,True$/, "");
  expect((await readText(futures, NAME, "binanceusdm:BTC/USDT:USDT")).ticks.length).toBe(1);
  expect((await readText(futures, "BTCUSD_PERP-trades-2024-08-08.csv", "binancecoinm:BTC/USD:BTC")).ticks.length).toBe(
    1,
  );
  const delivery = "binancecoinm:BTC/USD:BTC-241227";
  expect((await readText(futures, "BTCUSD_241227-trades-2024-08-08.csv", delivery)).ticks.length).toBe(1);
});
