import { mkdir, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { constants, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { COMPRESSED_CHUNK } from "./file-chunks.ts";
import { INFLATED_CHUNK } from "./inflate.ts";
import { readAll, readText, TestFiles, TS } from "./test-files.ts";
import { writeZip } from "./zip-writer.ts";

const row = (id: number): string => `${id},100.5,0.25,25.125,${TS + id},true,true`;
const rows = (count: number): string => Array.from({ length: count }, (_, i) => `${row(i)}\n`).join("");
const DAY = 86_400_000;

test("a missing file, a directory and an empty file are refused", async () => {
  await using files = await TestFiles.create();
  await expect(readAll(join(files.folder, "none.csv"))).rejects.toMatchObject({
    name: "InputError",
    code: "not-found",
    message: expect.stringContaining("there is no file"),
  });
  await mkdir(join(files.folder, "sub.csv"));
  await expect(readAll(join(files.folder, "sub.csv"))).rejects.toThrow("is a directory");
  await expect(readAll(await files.write("empty.csv", ""))).rejects.toThrow("is empty (0 bytes)");
  await expect(readAll(await files.write("blank.csv", "\n\r\n\n"))).rejects.toThrow("holds no line");
  await expect(readAll(await files.write("empty.csv.gz", gzipSync("")))).rejects.toThrow("holds no line");
});

test.each([
  ["price 0", "1,0,1,1,T,true,true", "the price '0' is not above 0"],
  ["price 0.00000000", "1,0.00000000,1,1,T,true,true", "is not above 0"],
  ["a negative price", "1,-5,1,1,T,true,true", "the price '-5' is not above 0"],
  ["price -0", "1,-0,1,1,T,true,true", "the price '-0' is not above 0"],
  ["price NaN", "1,NaN,1,1,T,true,true", "the price 'NaN' is no number"],
  ["price 1e400", "1,1e400,1,1,T,true,true", "the price '1e400' is too large"],
  ["a price of text", "1,abc,1,1,T,true,true", "the price 'abc' is no number"],
  ["an empty price", "1,,1,1,T,true,true", "the price is empty"],
  ["amount 0", "1,5,0,1,T,true,true", "the amount '0' is not above 0"],
  ["a negative amount", "1,5,-1,1,T,true,true", "the amount '-1' is not above 0"],
  ["amount Infinity", "1,5,Infinity,1,T,true,true", "the amount 'Infinity' is no number"],
  ["an empty amount", "1,5,,1,T,true,true", "the amount is empty"],
  ["seconds", "1,5,1,1,1723161255,true,true", "in seconds"],
  ["year 1970", "1,5,1,1,12345,true,true", "the time '12345' is none"],
  ["ISO 1970", "1,5,1,1,1970-01-02,true,true", "1970-01-02T00:00:00.000Z: allowed is 2009-01-01"],
  ["2001 in ms", "1,5,1,1,1000000000000,true,true", "allowed is 2009-01-01"],
  ["next week", `1,5,1,1,${Date.UTC(2025, 5, 1) + 7 * DAY},true,true`, "2025-06-08T00:00:00.000Z: allowed is"],
  ["an empty time", "1,5,1,1,,true,true", "the time is empty"],
  ["a negative id", "-1,5,1,1,T,true,true", "the id '-1' is no whole number"],
  ["an id past 2^53", "9007199254740992,5,1,1,T,true,true", "the id '9007199254740992' is past 2^53 − 1"],
  ["an empty id", ",5,1,1,T,true,true", "the id is empty"],
  ["a side of text", "1,5,1,1,T,maybe,true", "the side 'maybe' is none"],
  ["a column too few", "1,5,1,1,T,true", "it has 6 columns, 7 are needed"],
  ["a column too many", "1,5,1,1,T,true,true,", "it has 8 columns, 7 are needed"],
  ["one word", "junk", "it has 1 columns, 7 are needed"],
])("a row with %s is left out with its reason, the others are kept", async (_, bad, reason) => {
  const line = bad.replace("T", String(TS));
  for (const text of [`${rows(3)}${line}\n${row(3)}\n`, `${rows(3)}${line}\r\n${row(3)}`]) {
    const reading = await readText(text);
    expect(reading.ticks.map((tick) => tick.id)).toEqual([0, 1, 2, 3]);
    expect(reading.rejects).toEqual([{ line: 4, value: line, reason: expect.stringContaining(reason) }]);
    expect(reading.fault).toBeNull();
  }
});

test("a line longer than a mebibyte is left out and shown by its start", async () => {
  const reading = await readText(`${rows(2)}${"9".repeat(3_000_000)}\n${row(2)}`);
  expect(reading.ticks.map((tick) => tick.id)).toEqual([0, 1, 2]);
  expect(reading.rejects).toEqual([
    { line: 3, value: "9".repeat(200), reason: "the line is longer than 1048576 bytes" },
  ]);
});

test("a long row is shown by its start", async () => {
  const reading = await readText(`${rows(2)}${"x".repeat(5_000)}\n`);
  expect(reading.rejects[0]?.value).toBe(`${"x".repeat(200)}…`);
});

test("of a truncated gzip the rows before the cut come first, then the fault", async () => {
  await using files = await TestFiles.create();
  const random = (i: number): string => `${i},${1 + ((i * 7919) % 100_003)}.5,0.25,1,${TS},true,true\n`;
  const packed = gzipSync(Array.from({ length: 300_000 }, (_, i) => random(i)).join(""));
  const path = await files.write("trades.csv.gz", packed);
  await truncate(path, Math.floor(packed.length / 2));
  const reading = await readAll(path);
  expect(reading.fault).toMatchObject({ code: "bad-data", message: expect.stringContaining("unexpected end of file") });
  expect(reading.ticks.length).toBeGreaterThan(100_000);
  expect(reading.ticks.every((tick, i) => tick.id === i && tick.price === 1.5 + ((i * 7919) % 100_003))).toBe(true);
  expect(reading.rejects).toEqual([]);
});

test("of a small truncated gzip whatever could be unpacked is read", async () => {
  const packed = gzipSync(rows(500), { level: 0 });
  const reading = await readText(packed.subarray(0, packed.length - 4_000), "trades.csv.gz");
  expect(reading.fault?.message).toContain("damaged or cut short");
  expect(reading.ticks.length).toBeGreaterThan(300);
});

test("of a gzip with damaged bytes the rows up to the last piece before come first, then the fault", async () => {
  const text = rows(8_000);
  const sound = gzipSync(text, { finishFlush: constants.Z_SYNC_FLUSH });
  expect(sound.length).toBeLessThan(COMPRESSED_CHUNK);
  const invalidBlock = Buffer.of(0x07);
  const reading = await readText(Buffer.concat([sound, invalidBlock]), "trades.csv.gz");
  const certain = text.slice(0, text.length - INFLATED_CHUNK).split("\n").length - 1;
  expect(reading.fault).toMatchObject({ code: "bad-data", message: expect.stringContaining("invalid block type") });
  expect(certain).toBeGreaterThan(1_000);
  expect(reading.ticks.length).toBeGreaterThanOrEqual(certain);
  expect(reading.ticks.every((tick, i) => tick.id === i)).toBe(true);
});

async function zipped(files: TestFiles, content: string, name = "BTCUSDT-trades-2024-08-08.zip"): Promise<string> {
  const path = join(files.folder, name);
  await writeZip(path, name.replace(".zip", ".csv"), Readable.from([Buffer.from(content)]));
  return path;
}

test("a zip of one file is read", async () => {
  await using files = await TestFiles.create();
  const reading = await readAll(await zipped(files, rows(1_000)));
  expect(reading.facts.format).toBe("Binance archive trades, zip");
  expect(reading.ticks.length).toBe(1_000);
  expect(reading.fault).toBeNull();
});

test("a zip tells its symbol by the file inside too", async () => {
  await using files = await TestFiles.create();
  const path = join(files.folder, "download.zip");
  await writeZip(path, "ETHUSDT-trades-2024-08-08.csv", Readable.from([Buffer.from(rows(1))]));
  await expect(readAll(path)).rejects.toThrow("holds ETHUSDT by its name, not binance:BTC/USDT");
});

test("a zip that is encrypted, cut, damaged, of several files or of none is refused", async () => {
  await using files = await TestFiles.create();
  const sound = await readFile(await zipped(files, rows(100)));
  const directory = sound.indexOf(Buffer.from("PK\x01\x02", "latin1"));
  const refused = async (change: (bytes: Buffer) => Buffer, message: string): Promise<void> => {
    const path = await files.write("changed.zip", change(Buffer.from(sound)));
    await expect(readAll(path)).rejects.toMatchObject({
      name: "InputError",
      message: expect.stringContaining(message),
    });
  };
  const set = (bytes: Buffer, at: number, value: number): Buffer => {
    bytes[at] = value;
    return bytes;
  };
  await refused((bytes) => set(bytes, directory + 8, 1), "is an encrypted zip");
  await refused((bytes) => set(bytes, directory + 10, 9), "packed by method 9");
  await refused((bytes) => bytes.subarray(0, directory), "is a damaged zip");
  await refused((bytes) => set(bytes, directory, 0), "is a damaged zip");
  await refused((bytes) => twice(bytes, directory), "is a zip of several files");
  await refused(() => emptyZip(), "is a zip without any file");
});

test("a zip whose checksum is wrong gives its rows, then the fault", async () => {
  await using files = await TestFiles.create();
  const bytes = await readFile(await zipped(files, rows(100)));
  const checksum = bytes.indexOf(Buffer.from("PK\x01\x02", "latin1")) + 16;
  bytes[checksum] = bytes[checksum]! ^ 1;
  const reading = await readAll(await files.write("BTCUSDT-trades-2024-08-09.zip", bytes));
  expect(reading.ticks.length).toBe(100);
  expect(reading.fault?.message).toContain("checksum");
});

/** The same file listed twice in the directory. */
function twice(bytes: Buffer, directory: number): Buffer {
  const end = bytes.indexOf(Buffer.from("PK\x05\x06", "latin1"));
  const entry = bytes.subarray(directory, end);
  const tail = Buffer.from(bytes.subarray(end));
  tail.writeUInt16LE(2, 8);
  tail.writeUInt16LE(2, 10);
  tail.writeUInt32LE(entry.length * 2, 12);
  return Buffer.concat([bytes.subarray(0, end), entry, tail]);
}

function emptyZip(): Buffer {
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  return end;
}

test("a file of another symbol by its name is refused", async () => {
  const name = "BTCUSDT-trades-2024-08-08.csv.gz";
  await expect(readText(gzipSync(rows(1)), name, "binance:ETH/USDT")).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("holds BTCUSDT by its name, not binance:ETH/USDT"),
  });
});

test.each([
  [
    "klines",
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n",
  ],
  ["aggTrades", `1,5,1,1,1,${TS},true,true\n`],
])("%s in a file of trades by its name are refused", async (content, text) => {
  await expect(readText(text, "BTCUSDT-trades-2024-08-08.csv")).rejects.toMatchObject({
    code: "bad-data",
    message: expect.stringContaining(`one of trades by its name, but its content is Binance archive ${content}`),
  });
});

test.each([
  ["binary junk", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3, 10, 0, 0]), "is no text of lines"],
  ["UTF-16", Buffer.from("id,price\n", "utf16le"), "is no text of lines"],
  ["one endless line", "7".repeat(2_000_000), "is no text of lines"],
  ["prose", "Dear reader,\nno data here\n", "its first line is 'Dear reader,'. Read are: Binance's public archive"],
  ["numbers without a header", "1723161255342,5,1\n", "of no known layout"],
  ["HTML", "<!doctype html><html></html>", "its first line is '<!doctype html>"],
  ["a header without an amount", "id,time,price\n1,2,3\n", "no column amount or qty or quantity"],
  ["a header of candles without volume", "time,open,high,low,close\n", "it has no column volume"],
  ["aggregates without an id", "time,price,qty,first_id,last_id\n", "none of the id"],
])("%s: the error names what was seen and what is read", async (_, content, message) => {
  await expect(readText(content)).rejects.toMatchObject({
    name: "InputError",
    code: "bad-data",
    message: expect.stringContaining(message),
  });
});
