import { copyFile, readFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TIMEFRAMES } from "#shared/market/timeframe.ts";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { BTC, byTwo, CommandFolder, heldCandles, makeTrades, withoutRevision, writeTrades } from "./test-command.ts";

let folder: CommandFolder;
/** Lines of a file with five hours of trades, of two days, weeks and months. */
let lines: readonly string[];
/** Candles of a store that took that file once. */
let clean: Record<string, string>;
let stores = 0;

beforeAll(async () => {
  folder = await CommandFolder.create();
  const path = await writeTrades(folder.file("all.csv"), makeTrades(24_000, 0.2));
  lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  clean = await candlesAfter([["all.csv"]]);
});

afterAll(() => folder[Symbol.asyncDispose]());

/** Imports files, one command for each list, into a new store; gives its candles of all timeframes. */
async function candlesAfter(commands: readonly (readonly string[])[], target = BTC): Promise<Record<string, string>> {
  const store = `${++stores}.duckdb`;
  for (const files of commands) await folder.output(["import", target, ...files], store);
  return heldCandles(folder.file(store));
}

/** Lines in a fixed order that has nothing to do with theirs. */
function shuffled<T>(items: readonly T[], step = 7_919): T[] {
  const rank = (index: number): number => (index * step) % 10_007;
  return items
    .map((item, index) => ({ item, rank: rank(index) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

function write(name: string, rows: readonly string[]): Promise<string> {
  return folder.write(name, `${rows.join("\n")}\n`);
}

describe("trades", () => {
  test("the candles read here are what the command writes, for each timeframe", async () => {
    expect(Object.keys(clean)).toEqual([...TIMEFRAMES]);
    const written = await byTwo(
      ["1s", "1m", "3m", "4h", "1M"].map((timeframe) => async () => {
        // A store is open in one process at a time.
        await copyFile(folder.file("1.duckdb"), folder.file(`${timeframe}-copy.duckdb`));
        const words = ["candles", `${BTC}@${timeframe}`, "--json"];
        return [timeframe, withoutRevision(await folder.output(words, `${timeframe}-copy.duckdb`))] as const;
      }),
    );
    for (const [timeframe, text] of written) expect(text === clean[timeframe], timeframe).toBe(true);
    expect(clean["1m"]!.split("\n").length).toBeGreaterThan(250);
    for (const timeframe of ["1d", "1w", "1M"]) expect(clean[timeframe]!.trimEnd().split("\n")).toHaveLength(2);
  });

  test("end in the same candles however they are cut, ordered, repeated and packed", async () => {
    const cut = (from: number, to: number): readonly string[] =>
      lines.slice(Math.floor(lines.length * from), Math.floor(lines.length * to));
    await write("first.csv", cut(0, 0.37));
    await write("second.csv", cut(0.37, 1));
    await write("a.csv", cut(0, 0.6));
    await write("b.csv", cut(0.4, 1));
    await write("c.csv", cut(0.2, 0.7));
    await write("shuffled.csv", shuffled(lines));
    await write("repeats.csv", shuffled([...lines, ...cut(0.1, 0.5), ...cut(0.45, 0.55)]));
    await folder.write("no-line-end.csv", lines.join("\n"));
    await writeTrades(folder.file("packed.csv.gz"), makeTrades(24_000, 0.2));
    await writeTrades(folder.file("packed.zip"), makeTrades(24_000, 0.2));
    const cases: readonly (readonly (readonly string[])[])[] = [
      [["all.csv"], ["all.csv"]],
      [["first.csv"], ["second.csv"]],
      [["second.csv"], ["first.csv"]],
      [["a.csv", "b.csv", "c.csv"]],
      [["c.csv", "b.csv", "a.csv"]],
      [["b.csv", "a.csv"], ["all.csv"]],
      [["shuffled.csv"]],
      [["repeats.csv"]],
      [["no-line-end.csv"]],
      [["packed.csv.gz"]],
      [["packed.zip", "packed.csv.gz"]],
    ];
    const results = await byTwo(cases.map((commands) => () => candlesAfter(commands)));
    for (const [i, result] of results.entries()) expectSame(result, clean, JSON.stringify(cases[i]));
  });

  test("end in the same candles for any pieces that cover the file", async () => {
    const piece = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    const pieces = fc.array(piece, { minLength: 1, maxLength: 4 });
    const step = fc.constantFrom(1, 101, 7_919);
    await fc.assert(
      fc.asyncProperty(pieces, step, async (chosen, by) => {
        const ends = [0, ...chosen.map(([end]) => end), 1].sort((a, b) => a - b);
        const spans = ends.slice(1).map((end, i) => [ends[i]!, Math.min(1, end + (chosen[i]?.[1] ?? 0) / 3)] as const);
        const names: string[] = [];
        for (const [i, [from, to]] of spans.entries()) {
          const rows = lines.slice(Math.floor(lines.length * from), Math.ceil(lines.length * to));
          if (rows.length === 0) continue;
          names.push(`piece-${i}.csv`);
          await write(`piece-${i}.csv`, shuffled(rows, by));
        }
        expectSame(await candlesAfter([shuffled(names, by)]), clean, names.join(" "));
      }),
      { ...propertyRuns(3), seed: 8 },
    );
  });
});

function expectSame(found: Record<string, string>, wanted: Record<string, string>, what: string): void {
  const differing = Object.keys(wanted).filter((timeframe) => found[timeframe] !== wanted[timeframe]);
  expect(differing, what).toEqual([]);
}

/** Candles as rows of numbers: the columns of the archive's klines. */
function kline(json: string): readonly (number | string)[] {
  const candle = JSON.parse(json) as Record<string, number>;
  const { openTime, open, high, low, close, volume, closeTime, quoteVolume, trades, buyVolume } = candle;
  return [openTime!, open!, high!, low!, close!, volume!, closeTime! - 1, quoteVolume!, trades!, buyVolume!, 0, 0];
}

describe("other files", () => {
  test("aggregate trades end in the same candles however they are cut and ordered", async () => {
    const rows = lines.flatMap((line, i) => {
      const [id, price, amount, , time, maker] = line.split(",");
      const first = Number(id) + i;
      return [[i + 1, price, amount, first, first + 1, time, maker].join(",")];
    });
    const header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker";
    await write("agg.csv", [header, ...rows]);
    await write("agg-shuffled.csv", [header, ...shuffled([...rows, ...rows.slice(100, 900)])]);
    await write("agg-first.csv", rows.slice(0, 2_000));
    await write("agg-second.csv", rows.slice(1_500));
    const [once, ...others] = await byTwo(
      [
        [["agg.csv"]],
        [["agg.csv"], ["agg.csv"]],
        [["agg-shuffled.csv"]],
        [["agg-first.csv", "agg-second.csv"]],
        [["agg-second.csv", "agg-first.csv"]],
      ].map((commands) => () => candlesAfter(commands)),
    );
    expect(once!["1d"]).toContain('"completeness":"unknown"');
    expect(once!["1h"]).toContain('"completeness":"proven"');
    for (const [i, other] of others.entries()) expectSame(other, once!, `case ${i + 1}`);
  });

  test("rows without ids end in the same candles", async () => {
    const rows = lines.map((line) => {
      const [, price, amount, , time, maker] = line.split(",");
      return [time, price, amount, maker === "True" ? "sell" : "buy"].join(",");
    });
    const header = "time,price,amount,side";
    await write("hash.csv", [header, ...rows]);
    await write("hash-shuffled.csv", [header, ...shuffled(rows)]);
    await write("hash-first.csv", [header, ...rows.slice(0, 2_000)]);
    await write("hash-second.csv", [header, ...rows.slice(1_500)]);
    const [once, ...others] = await byTwo(
      [
        [["hash.csv"]],
        [["hash.csv"], ["hash.csv"]],
        [["hash-shuffled.csv"]],
        [["hash-first.csv", "hash-second.csv"]],
        [["hash-second.csv", "hash-first.csv"]],
      ].map((commands) => () => candlesAfter(commands)),
    );
    expect(once!["1h"]).not.toContain('"completeness":"proven"');
    for (const [i, other] of others.entries()) expectSame(other, once!, `case ${i + 1}`);
    // Prices and sums are those of the trades with ids, but for trades of one ms, which have no order without.
    const day = JSON.parse(once!["1d"]!.split("\n")[0]!) as Record<string, number>;
    const { high, low, volume, trades } = JSON.parse(clean["1d"]!.split("\n")[0]!) as Record<string, number>;
    expect(day).toMatchObject({ high, low, volume, trades });
  });

  test("klines of 1m appear merged in every longer timeframe", async () => {
    const rows = clean["1m"]!.trimEnd()
      .split("\n")
      .map((json) => kline(json).join(","));
    await write("BTCUSDT-1m-all.csv", rows);
    await write("BTCUSDT-1m-first.csv", rows.slice(0, 180));
    await write("BTCUSDT-1m-second.csv", shuffled(rows.slice(150)));
    const [once, ...others] = await byTwo(
      [
        [["BTCUSDT-1m-all.csv"]],
        [["BTCUSDT-1m-all.csv"], ["BTCUSDT-1m-all.csv"]],
        [["BTCUSDT-1m-first.csv", "BTCUSDT-1m-second.csv"]],
        [["BTCUSDT-1m-second.csv", "BTCUSDT-1m-first.csv"]],
      ].map((commands) => () => candlesAfter(commands)),
    );
    for (const [i, other] of others.entries()) expectSame(other, once!, `case ${i + 1}`);
    for (const timeframe of TIMEFRAMES.filter((each) => each !== "1s")) {
      const merged = once![timeframe]!.trimEnd().split("\n").map(kline);
      const wanted = clean[timeframe]!.trimEnd().split("\n").map(kline);
      expect(merged.length, timeframe).toBe(wanted.length);
      for (const [i, row] of merged.entries()) {
        for (const [column, value] of row.entries()) {
          expect(Number(value), `${timeframe} ${i} ${column}`).toBeCloseTo(Number(wanted[i]![column]), 6);
        }
      }
    }
  });
});
