import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type ColumnSource, type ParquetWriteOptions, parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { readAll, readText, TestFiles, TS } from "./test-files.ts";

type Settings = Partial<Pick<ParquetWriteOptions, "codec" | "rowGroupSize" | "compressors" | "schema">>;

const parquet = (columnData: ColumnSource[], settings: Settings = {}): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...settings }));

const COUNT = 1_000;
const rows = Array.from({ length: COUNT }, (_, i) => i);
const trades = (): ColumnSource[] => [
  { name: "venue", data: rows.map(() => "x,y"), type: "STRING" },
  { name: "id", data: rows.map((i) => BigInt(i)), type: "INT64" },
  { name: "ts", data: rows.map((i) => new Date(TS + i)), type: "TIMESTAMP" },
  { name: "price", data: rows.map((i) => 60_000 + i / 10), type: "DOUBLE" },
  { name: "amount", data: rows.map((i) => (i + 1) * 1e-8), type: "DOUBLE" },
  { name: "side", data: rows.map((i) => (i % 2 === 0 ? "buy" : "sell")), type: "STRING" },
];

test.each([
  ["SNAPPY", {}],
  ["UNCOMPRESSED", {}],
  ["GZIP", { GZIP: (input: Uint8Array) => gzipSync(input) }],
  ["ZSTD", { ZSTD: (input: Uint8Array) => zstdCompressSync(input) }],
] as const)("trades packed by %s are read, row group by row group", async (codec, compressors) => {
  const bytes = parquet(trades(), { codec, compressors, rowGroupSize: 300 });
  const reading = await readText(bytes, "trades.parquet");
  expect(reading.facts).toEqual({
    format: "Parquet trades",
    kind: "trade",
    ids: "sequence",
    symbol: null,
    timeframe: null,
  });
  expect(reading.rejects).toEqual([]);
  expect(reading.ticks).toEqual(
    rows.map((i) => ({
      id: i,
      ts: TS + i,
      price: 60_000 + i / 10,
      amount: (i + 1) * 1e-8,
      side: i % 2 === 0 ? "buy" : "sell",
    })),
  );
});

test("bad values are left out by row, null is empty", async () => {
  const bytes = parquet([
    { name: "id", data: [1n, -2n, 3n, 4n], type: "INT64" },
    { name: "time", data: [BigInt(TS) * 1_000n, BigInt(TS), 1_723_161_255n, BigInt(TS)], type: "INT64" },
    { name: "price", data: [1.5, 2, 3, null], type: "DOUBLE", nullable: true },
    { name: "qty", data: ["0.1", "0.2", "0.3", "0.4"], type: "STRING" },
  ]);
  const reading = await readText(bytes, "trades.parquet");
  expect(reading.ticks).toEqual([{ id: 1, ts: TS, price: 1.5, amount: 0.1, side: null }]);
  expect(reading.rejects.map(({ line, reason }) => `${line} ${reason.slice(0, 20)}`)).toEqual([
    "2 the id '-2' is no wh",
    "3 the time '1723161255",
    "4 the price is empty",
  ]);
});

test("decimals are exact", async () => {
  const bytes = parquet(
    [
      { name: "open_time", data: [BigInt(Date.UTC(2024, 7, 8))] },
      ...["open", "high", "low", "close"].map((name) => ({ name, data: [6_183_763n] })),
      { name: "volume", data: [123_456_789_012_345_678n] },
    ],
    {
      schema: [
        { name: "root", num_children: 6 },
        { name: "open_time", type: "INT64", repetition_type: "REQUIRED" },
        ...["open", "high", "low", "close"].map((name) => ({
          name,
          type: "INT64" as const,
          converted_type: "DECIMAL" as const,
          repetition_type: "REQUIRED" as const,
          scale: 2,
          precision: 18,
        })),
        {
          name: "volume",
          type: "INT64",
          converted_type: "DECIMAL",
          repetition_type: "REQUIRED",
          scale: 8,
          precision: 18,
        },
      ],
    },
  );
  const reading = await readText(bytes, "candles.parquet", "binance:BTC/USDT", "1d");
  expect(reading.rejects).toEqual([]);
  expect(reading.candles).toMatchObject([{ open: 61837.63, volume: 1234567890123456780000000000n, origin: "file" }]);
});

test("a Parquet file without the columns, or damaged, is refused or ends in a fault", async () => {
  const none = parquet([{ name: "id", data: [1n], type: "INT64" }]);
  await expect(readText(none, "x.parquet")).rejects.toThrow(
    "has Parquet columns of no known layout: it has no column ts",
  );
  const whole = parquet(trades(), { rowGroupSize: 300 });
  await expect(readText(whole.subarray(0, whole.length - 100), "x.parquet")).rejects.toThrow(
    "is a damaged Parquet file",
  );
  await expect(readText("PAR1", "x.parquet")).rejects.toThrow("is a damaged Parquet file");
  await using files = await TestFiles.create();
  const broken = Uint8Array.from(whole);
  broken.fill(0xff, whole.length >> 1, (whole.length >> 1) + 2_000);
  const reading = await readAll(await files.write("broken.parquet", broken));
  expect(reading.fault?.message).toContain(`${join(files.folder, "broken.parquet")} is a damaged Parquet file`);
  expect(reading.ticks.length).toBeGreaterThan(0);
});
