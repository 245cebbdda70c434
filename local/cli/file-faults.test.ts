import { mkdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectFault, expectForPeople } from "./expect-fault.ts";
import { BTC, CommandFolder, heldCandles, makeTrades, START, writeTrades } from "./test-command.ts";

const NOT_FOUND = 3;
const BAD_DATA = 5;
const CONFLICT = 7;
const SOME_REJECTED = 8;
const HEADER = "id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch";

/** A zip of two empty files, stored. */
function zipOfTwo(): Buffer {
  const names = ["a.csv", "b.csv"];
  const locals = names.map((name) => {
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE(name.length, 26);
    return Buffer.concat([head, Buffer.from(name)]);
  });
  const entries = names.map((name, i) => {
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE(20, 6);
    head.writeUInt16LE(name.length, 28);
    head.writeUInt32LE(i * locals[0]!.length, 42);
    return Buffer.concat([head, Buffer.from(name)]);
  });
  const end = Buffer.alloc(22);
  const directory = Buffer.concat(entries);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(2, 8);
  end.writeUInt16LE(2, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(Buffer.concat(locals).length, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** A line of a trade; the fields named replace the sound ones. */
function line(id: number, fields: Partial<Record<"price" | "amount" | "time", string | number>> = {}): string {
  const { price = 64_000, amount = 0.5, time = START + id * 1_000 } = fields;
  return `${id},${price},${amount},1,${time},True,True`;
}

let folder: CommandFolder;
let sound: string;
let soundLines: readonly string[];

beforeAll(async () => {
  folder = await CommandFolder.create();
  sound = await writeTrades(folder.file("sound.csv"), makeTrades(4_000, 0.3));
  soundLines = (await readFile(sound, "utf8")).trimEnd().split("\n");
});

afterAll(() => folder[Symbol.asyncDispose]());

describe("a file that cannot be read", () => {
  test("is told in one line", async () => {
    await mkdir(folder.file("folder"));
    await folder.write("empty.csv", "");
    await folder.write("blank.csv", "\n\n\n");
    await folder.write("two.zip", zipOfTwo());
    await folder.write("columns.csv", "a,b,c\n1,2,3\n");
    await folder.write("picture.csv", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 1, 2, 0, 3]));
    await folder.write("ETHUSDT-trades-2024-07-01.csv", `${soundLines.slice(0, 5).join("\n")}\n`);
    await folder.write("BTCUSDT-aggTrades-2024-07-01.csv", `${soundLines.slice(0, 5).join("\n")}\n`);
    await folder.write("candles.csv", `openTime,open,high,low,close,volume\n${START},1,1,1,1,1\n`);
    const cases: readonly (readonly [string, number, ...string[]])[] = [
      ["none.csv", NOT_FOUND, "there is no file none.csv", "check the path"],
      ["folder", BAD_DATA, "folder is a directory", "name the files inside it"],
      ["empty.csv", BAD_DATA, "empty.csv is empty"],
      ["blank.csv", BAD_DATA, "blank.csv holds no line of text"],
      ["two.zip", BAD_DATA, "zip of several files", "a.csv", "b.csv", "unpack it"],
      ["columns.csv", BAD_DATA, "columns.csv has a header of no known layout", "'a,b,c'", "price", "id, time, price"],
      ["picture.csv", BAD_DATA, "picture.csv is no text of lines"],
      ["ETHUSDT-trades-2024-07-01.csv", CONFLICT, "holds ETHUSDT by its name, not binance:BTC/USDT", "rename"],
      ["BTCUSDT-aggTrades-2024-07-01.csv", BAD_DATA, "aggTrades by its name, but its content is", "trades"],
      ["candles.csv", 2, "its name does not tell of which length", "binance:BTC/USDT@1h"],
    ];
    for (const [name, code, ...said] of cases) {
      expectFault(await folder.run(["import", BTC, name], "unread.duckdb"), code, ...said);
    }
  });

  test("takes nothing from the files beside it", async () => {
    const { code, stdout, stderr } = await folder.run(["import", BTC, "none.csv", sound, "none2.csv"], "beside.duckdb");
    expect(code).toBe(NOT_FOUND);
    expect(stdout).toContain(`sound.csv (Binance archive trades): ${soundLines.length} new trades`);
    expect(stderr).toMatch(
      /^millrace: there is no file none\.csv[^\n]*\nmillrace: there is no file none2\.csv[^\n]*\n$/,
    );
  });

  test("gives the rows before its damage", async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => line(i + 1, { price: 60_000 + (i % 977), time: START + i }));
    const packed = gzipSync(`${many.join("\n")}\n`);
    await folder.write("cut.csv.gz", packed.subarray(0, Math.floor(packed.length * 0.8)));
    const ended = await folder.run(["import", BTC, "cut.csv.gz"], "cut.duckdb");
    expectFault(ended, BAD_DATA, "cut.csv.gz is damaged or cut short", "Fetch the file again");
    const { "1m": minutes } = await heldCandles(folder.file("cut.duckdb"), BTC, ["1m"]);
    const [first] = minutes!.split("\n");
    expect(JSON.parse(first!)).toMatchObject({ trades: 60_000, firstId: 1, lastId: 60_000 });
    await folder.write("whole.csv.gz", packed);
    await folder.output(["import", BTC, "whole.csv.gz"], "cut.duckdb");
    await folder.output(["import", BTC, "whole.csv.gz"], "whole.duckdb");
    expect(await heldCandles(folder.file("cut.duckdb"))).toEqual(await heldCandles(folder.file("whole.duckdb")));
  });
});

/** The bad rows that a file may have, and the reason for which each is left out. */
const BAD_ROWS: readonly (readonly [fields: Parameters<typeof line>[1], reason: RegExp])[] = [
  [{ price: 0 }, /the price '0' is not above 0/],
  [{ price: -1 }, /the price '-1' is not above 0/],
  [{ price: "NaN" }, /the price 'NaN' is no number/],
  [{ price: "1e400" }, /the price '1e400' is too large/],
  [{ price: "much" }, /the price 'much' is no number/],
  [{ price: "" }, /the price is empty/],
  [{ amount: 0 }, /the amount '0' is not above 0/],
  [{ amount: -1 }, /the amount '-1' is not above 0/],
  [{ amount: "NaN" }, /the amount 'NaN' is no number/],
  [{ amount: "1e400" }, /the amount '1e400' is too large/],
  [{ amount: "some" }, /the amount 'some' is no number/],
  [{ time: START / 1_000 }, /the time '\d+' is in seconds, .* ms, µs, ns or ISO 8601/],
  [{ time: "1970-01-02" }, /the time '1970-01-02' is 1970-01-02T00:00:00.000Z: allowed is 2009/],
  [{ time: 86_400_000 }, /the time '86400000' is none: write epoch ms/],
  [{ time: Date.now() + 7 * 86_400_000 }, /allowed is 2009-01-01T00:00:00.000Z to .*, a day after now/],
];

describe("bad rows", () => {
  test("each get a line in the rejects file, and nothing else is lost", async () => {
    const bad = BAD_ROWS.map(([fields], i) => line(1_000 + i, fields));
    const short = "5,1,2";
    const good = [
      line(1),
      line(2, { time: `${START + 2_000}000` }),
      line(3, { time: `${START + 3_000}000000` }),
      line(4),
    ];
    const conflict = line(4, { price: 65_000 });
    const rows = [HEADER, good[0], ...bad, good[1], short, good[2], good[3], conflict, line(6)];
    await folder.write("bad-rows.csv", rows.join("\n"));
    const ended = await folder.run(["import", BTC, "bad-rows.csv", "--rejects", "rejects.csv"], "rows.duckdb");
    expect(ended, ended.stderr).toMatchObject({ code: SOME_REJECTED, signal: null, stderr: "" });
    expect(ended.stdout).toContain(`5 new trades, ${bad.length + 2} rejected, see rejects.csv`);
    const rejects = (await readFile(folder.file("rejects.csv"), "utf8")).trimEnd().split("\n");
    expect(rejects.shift()).toBe("line,value,reason,source");
    const wanted = [
      ...bad.map((value, i) => ({ line: i + 3, value, reason: BAD_ROWS[i]![1] })),
      { line: bad.length + 4, value: short, reason: /it has 3 columns, 7 are needed/ },
      { line: bad.length + 7, value: "price 65000", reason: /this id is held with other content/ },
    ];
    expect(rejects).toHaveLength(wanted.length);
    for (const [i, { line: at, value, reason }] of wanted.entries()) {
      expect(rejects[i]).toMatch(new RegExp(`^${at},`));
      expect(rejects[i]).toContain(value);
      expect(rejects[i]).toMatch(reason);
      expect(rejects[i]).toContain("bad-rows.csv");
    }
    const { "1M": month } = await heldCandles(folder.file("rows.duckdb"), BTC, ["1M"]);
    expect(JSON.parse(month!)).toMatchObject({ trades: 5, firstId: 1, lastId: 6, open: 64_000, close: 64_000 });
  });

  test("of a header that belongs to other rows are all told", async () => {
    await folder.write("wrong-header.csv", `id,time,price,amount\n${soundLines.slice(0, 20).join("\n")}\n`);
    const words = ["import", BTC, "wrong-header.csv", "--rejects", "wrong.ndjson"];
    const { code, stdout, stderr } = await folder.run(words, "wrong.duckdb");
    expect({ code, stderr }).toEqual({ code: SOME_REJECTED, stderr: "" });
    expect(stdout).toContain("0 new trades, 20 rejected, see wrong.ndjson, no usable row");
    const rejects = (await readFile(folder.file("wrong.ndjson"), "utf8")).trimEnd().split("\n");
    expect(rejects).toHaveLength(20);
    expect(JSON.parse(rejects[0]!)).toEqual({
      line: 2,
      value: soundLines[0],
      reason: "it has 7 columns, 4 are needed",
      source: "wrong-header.csv",
    });
  });

  test("of a rejects file that cannot be written are told, and the import can be run again", async () => {
    await folder.write("one-bad.csv", `${line(1)}\n${line(2, { price: 0 })}\n${line(3)}\n`);
    const words = ["import", BTC, "one-bad.csv", "--rejects"];
    const ended = await folder.run([...words, "nowhere/rejects.csv"], "again.duckdb");
    expectFault(ended, 2, "nowhere/rejects.csv cannot be written", "its folder does not exist");
    const again = await folder.run([...words, "again.csv"], "again.duckdb");
    expect(again, again.stderr).toMatchObject({ code: SOME_REJECTED });
    expect(await readFile(folder.file("again.csv"), "utf8")).toContain("\"the price '0' is not above 0\"");
  });

  test("of another kind are refused whole", async () => {
    await folder.output(["import", BTC, sound], "kinds.duckdb");
    const header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker";
    await folder.write("agg.csv", `${header}\n1,2,3,4,5,${START},true\n`);
    const before = await heldCandles(folder.file("kinds.duckdb"), BTC, ["1m"]);
    const ended = await folder.run(["import", BTC, "agg.csv"], "kinds.duckdb");
    expectFault(ended, CONFLICT, "binance:BTC/USDT holds", "aggregate", "another store");
    expectForPeople(ended.stderr);
    expect(await heldCandles(folder.file("kinds.duckdb"), BTC, ["1m"])).toEqual(before);
  });
});
