import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { helpOf } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { BTC, CommandFolder, makeTrades, writeTrades } from "./test-command.ts";

const M1 = `${BTC}@1m`;
const WIDTH = 100;
const CANDLE_KEYS = [
  ..."instrument timeframe openTime closeTime open high low close volume quoteVolume buyVolume".split(" "),
  ..."trades firstId lastId origin revision reason completeness".split(" "),
];
const RECORD_KEYS =
  "run version kind strategy feeds params identity created status error resultHash until figures".split(" ");

let folder: CommandFolder;

beforeAll(async () => {
  folder = await CommandFolder.create();
  const path = await writeTrades(folder.file("whole.csv"), makeTrades(20_000, 0.5));
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  // A hole of some minutes, so that there is something to tell of gaps.
  await folder.write("trades.csv", [...lines.slice(0, 4_000), ...lines.slice(4_300)].join("\n"));
  await folder.output(["import", BTC, "trades.csv"]);
});

afterAll(() => folder[Symbol.asyncDispose]());

const objects = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("--json", () => {
  test("of candles has the documented keys in the documented order", async () => {
    for (const feed of [M1, `${BTC}@1s`, `${BTC}@1d`]) {
      const candles = objects(await folder.output(["candles", feed, "--json"]));
      for (const candle of candles) expect(Object.keys(candle)).toEqual(CANDLE_KEYS);
      for (const { revision } of candles) expect(revision).toBe(0);
      expect(candles[0]).toMatchObject({ instrument: BTC, origin: "rebuilt", reason: "rebuild" });
    }
    const gap = objects(await folder.output(["candles", M1, "--json"])).find((candle) => candle["open"] === null);
    expect(gap).toMatchObject({ completeness: "gap", open: null, high: null, low: null, close: null });
    const csv = await folder.output(["candles", M1, "--csv"]);
    expect(csv.split("\n")[0]).toBe(CANDLE_KEYS.join(","));
  });

  test("of gaps and imports can be read", async () => {
    const [gap, ...others] = objects(await folder.output(["gaps", BTC, "--json"]));
    expect(others).toEqual([]);
    expect(Object.keys(gap!).sort()).toEqual(["firstId", "from", "kind", "lastId", "missing", "reason", "to"]);
    expect(gap).toMatchObject({ kind: "hole", missing: 300 });
    const [again] = objects(await folder.output(["import", BTC, "trades.csv", "--json"]));
    expect(again).toMatchObject({ file: "trades.csv", stored: 0, rejected: 0, ignored: 0 });
    expect(again!["repeated"]).toBeGreaterThan(5_000);
  });

  test("of a backtest is one object, the same for the same run, and more with runs show", async () => {
    const words = ["backtest", "sma-cross", M1, "--param", "fast=5", "--param", "slow=20", "--json"];
    const [first, ...others] = objects(await folder.output(words));
    expect(others).toEqual([]);
    const keys = [...RECORD_KEYS, "definition", "counts", "finalCash", "finalValue"];
    expect(Object.keys(first!).sort()).toEqual([...keys, "quality"].sort());
    expect(first).toMatchObject({ kind: "backtest", strategy: "sma-cross", status: "finished", error: null });
    expect(first!["identity"]).toMatch(/^[0-9a-f]{64}$/);
    expect(first!["run"]).toBe((first!["identity"] as string).slice(0, 12));
    const counts = first!["counts"] as Record<string, number>;
    expect(Object.keys(counts).sort()).toEqual(["cycles", "fills", "orders", "trades"]);
    expect(counts["trades"]).toBeGreaterThan(0);
    expect(first!["figures"]).toMatchObject({ finalValue: first!["finalValue"], trades: counts["trades"] });

    const [second] = objects(await folder.output(words));
    expect(second).toEqual(first);
    const [shown] = objects(await folder.output(["runs", "show", first!["run"] as string, "--json"]));
    expect(Object.keys(shown!).sort()).toEqual([...keys, "orders", "fills", "trades", "logs", "equity"].sort());
    const { quality, ...record } = first!;
    expect(quality).toEqual([
      { proven: expect.any(Number), reconciled: 0, unknown: expect.any(Number), gap: expect.any(Number) },
    ]);
    expect(shown).toMatchObject(record);
    expect(shown!["fills"]).toHaveLength(counts["fills"]!);
    expect(shown!["trades"]).toHaveLength(counts["trades"]!);
    const equity = shown!["equity"] as Record<string, unknown>[];
    expect(equity).toHaveLength(counts["cycles"]!);
    expect(Object.keys(equity[0]!)).toEqual(["time", "cash", "value", "position"]);
    expect(equity.at(-1)).toMatchObject({ cash: first!["finalCash"], value: first!["finalValue"] });
    const listed = objects(await folder.output(["runs", "--json"]));
    expect(listed).toHaveLength(1);
    expect(Object.keys(listed[0]!).sort()).toEqual(RECORD_KEYS.sort());
  });
});

function expectToFit(text: string): void {
  for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(WIDTH);
}

describe("for people", () => {
  test("help tells of each command and option and fits a terminal", async () => {
    const overview = await folder.output([]);
    expect(overview).toBe(await folder.output(["help"]));
    expectToFit(overview);
    for (const command of COMMANDS) {
      expect(overview).toMatch(new RegExp(`^  ${command.name} +${command.summary.slice(0, 20)}`, "m"));
      const help = helpOf(command);
      expectToFit(help);
      for (const option of Object.keys(command.options)) expect(help).toContain(`--${option}`);
    }
    const importHelp = await folder.output(["help", "import"]);
    expect(importHelp).toBe(await folder.output(["import", "--help"]));
    expect(importHelp).toContain("millrace import <exchange:BASE/QUOTE[@timeframe]> <file> [file …]");
    expect(await folder.output(["--version"])).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("tables fit a terminal", async () => {
    await folder.output(["backtest", "trend-filter", `${BTC}@5m`, `slow=${BTC}@1h`, "--cash", "1000000"]);
    const backtest = await folder.output(["backtest", "rsi-reversion", M1, "--cash", "1000000"]);
    const run = /millrace runs show ([0-9a-f]{12})/.exec(backtest)![1]!;
    const texts = [
      backtest,
      await folder.output(["candles", M1]),
      await folder.output(["candles", `${BTC}@1s`]),
      await folder.output(["gaps", BTC]),
      await folder.output(["runs"]),
      await folder.output(["runs", "show", run]),
      await folder.output(["doctor"]),
    ];
    for (const text of texts) expectToFit(text);
    expect(texts[1]).toMatch(/… [\d,]+ more …/);
    expect(texts[3]).toMatch(/hole +300 {2}ids \d+ to \d+$/m);
    expect(texts[4]).toContain("trend-filter   binance:BTC/USDT@5m +1");
  });

  test("doctor and gaps know imported candles too", async () => {
    const hour = 3_600_000;
    const rows = [0, 1, 2, 5, 6].map((i) => `${1_719_792_000_000 + i * hour},100,101,99,100.5,${i + 1}`);
    await folder.write("hours.csv", `openTime,open,high,low,close,volume\n${rows.join("\n")}\n`);
    await folder.output(["import", "kraken:ETH/USD@1h", "hours.csv"], "candles.duckdb");
    const gaps = await folder.output(["gaps", "kraken:ETH/USD"], "candles.duckdb");
    expect(gaps).toContain("2024-07-01 03:00  2024-07-01 05:00  2 h     hole        ?  no candle of it is held");
    const doctor = await folder.output(["doctor"], "candles.duckdb");
    expect(doctor).toMatch(/kraken:ETH\/USD@1h +5 {2}2024-07-01 00:00 {2}2024-07-01 07:00 {2}file/);
    const { code, stderr } = await folder.run(["candles", "kraken:ETH/USD@1m"], "candles.duckdb");
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining("shorter ones need trades") });
  });

  test("export names its files and their rows", async () => {
    const text = await folder.output(["export", `${BTC}@1h`, "--csv", "out"]);
    expect(text).toBe("out/binance-BTC-USDT-1h.csv: 12 rows\n");
    expect((await readFile(folder.file("out/binance-BTC-USDT-1h.csv"), "utf8")).trimEnd().split("\n")).toHaveLength(13);
    await folder.output(["export", BTC, "--parquet", "out"]);
    expect((await readFile(folder.file("out/binance-BTC-USDT.parquet"))).toString("latin1", 0, 4)).toBe("PAR1");
  });
});
