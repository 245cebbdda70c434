import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "#shared/market/input-error.ts";
import { parseArguments } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { expectFault, expectForPeople } from "./expect-fault.ts";
import { BTC, byTwo, CommandFolder, makeTrades, writeTrades } from "./test-command.ts";

const USAGE = 2;
const NOT_FOUND = 3;
const NO_DATA = 4;
const M1 = `${BTC}@1m`;

type Case = readonly [words: string, code: number, ...said: string[]];

/** What was typed wrongly is told before a store is opened or made. */
const TYPED: readonly Case[] = [
  ["candles", USAGE, "something is missing", "millrace candles <exchange:BASE/QUOTE@timeframe>"],
  ["gaps", USAGE, "something is missing"],
  [`import ${BTC}`, USAGE, "something is missing", "<file>"],
  ["backtest sma-cross", USAGE, "something is missing"],
  ["report", USAGE, "something is missing", "<run>"],
  [`candles ${M1} more`, USAGE, "'more' is too much"],
  ["doctor x", USAGE, "'x' is too much"],
  [`candles ${M1} --nonsense`, USAGE, "unknown option '--nonsense'", "--from --to --as --json --csv --store"],
  [`candles ${M1} -x`, USAGE, "unknown option '-x'"],
  [`candles ${M1} -11.5`, USAGE, "'-11.5' is too much"],
  [`candles ${M1} --from -1`, USAGE, "--from is '-1'"],
  [`candles ${M1} --json=1`, USAGE, "--json takes no value", "'1'"],
  [`candles ${M1} --store`, USAGE, "--store has no value", "--store FILE"],
  [`candles ${M1} --store=`, USAGE, "--store has no value"],
  [`candles ${M1} --from --json`, USAGE, "--from has no value", "--from TIME"],
  [`candles ${M1} --json --csv`, USAGE, "--json or --csv, not both"],
  [`candles ${BTC}@7m`, USAGE, "unknown timeframe '7m'", "1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 1w 1M"],
  [`candles ${BTC}`, USAGE, "'binance:BTC/USDT' names no feed", "binance:BTC/USDT@1h"],
  ["candles BTC/USDT@1m", USAGE, "'BTC/USDT' names no instrument", "binance:BTC/USDT"],
  [`gaps ${M1}`, USAGE, "names no instrument", "such as binance:BTC/USDT"],
  ["gaps Binance:btc/usdt", USAGE, "the symbol in capitals, such as binance:BTC/USDT"],
  ["import btcusdt file.csv", USAGE, "'btcusdt' names no instrument"],
  [`candles ${M1} --from yesterday`, USAGE, "--from is 'yesterday'", "2024-08-08T12:30:00Z"],
  [`candles ${M1} --from 2024-13-01`, USAGE, "--from is '2024-13-01'"],
  [`candles ${M1} --to 2024-02-31`, USAGE, "--to is '2024-02-31'"],
  [`candles ${M1} --from 2024-09-01 --to 2024-08-01`, USAGE, "2024-09-01T00:00:00.000Z is not before --to 2024-08-01"],
  [`gaps ${BTC} --from 2024-09-01 --to 2024-09-01`, USAGE, "is not before --to", "widen the span"],
  [`candles ${M1} --as true`, USAGE, "--as is 'true'", "best", "known"],
  [`backtest sma-cross ${M1} --param nope=1`, USAGE, "no parameter 'nope'", "fast", "slow", "from 2 to 200"],
  [`backtest sma-cross ${M1} --param fast=99999`, USAGE, "fast is '99999'", "from 2 to 200"],
  [`backtest sma-cross ${M1} --param fast=2.5`, USAGE, "fast is '2.5'", "a whole number"],
  [`backtest sma-cross ${M1} --param fast=x`, USAGE, "fast is 'x'"],
  [`backtest sma-cross ${M1} --param fast=`, USAGE, "fast is ''"],
  [`backtest sma-cross ${M1} --param fast=-1`, USAGE, "fast is '-1'", "from 2 to 200"],
  [`backtest sma-cross ${M1} --param -1`, USAGE, "'-1' has no value", "fast=10"],
  [`backtest sma-cross ${M1} --param fast`, USAGE, "'fast' has no value", "fast=10"],
  [`backtest sma-cross ${M1} --cash 0`, USAGE, "--cash is '0'", "above 0"],
  [`backtest sma-cross ${M1} --cash -5`, USAGE, "--cash is '-5'", "above 0"],
  [`backtest sma-cross ${M1} --cash much`, USAGE, "--cash is 'much'"],
  [`backtest sma-cross ${M1} --cash 1e999`, USAGE, "--cash is '1e999'"],
  [`backtest sma-cross ${M1} --fee 2`, USAGE, "--fee is '2'", "0.001 is 0.1 %"],
  [`backtest sma-cross ${M1} --fee -0.1`, USAGE, "--fee is '-0.1'"],
  [`backtest sma-cross ${M1} --fee 0,1`, USAGE, "--fee is '0,1'"],
  [`backtest sma-cross ${M1} --from 2024-07-01 --warm-from 2024-07-02`, USAGE, "--warm-from 2024-07-02", "is after"],
  [`backtest sma-cross ${M1} --warm-from 2024-07-02`, USAGE, "--warm-from needs --from"],
  [`backtest sma-cross ${M1} nonsense`, USAGE, "'nonsense' names no feed"],
  [`backtest nonsense ${M1}`, NOT_FOUND, "no strategy is called 'nonsense'", "sma-cross"],
  ["runs nonsense", USAGE, "'runs nonsense' is not known", "millrace runs show <run>"],
  ["runs show", USAGE, "'runs show' is not known"],
  [`export ${BTC}`, USAGE, "--parquet DIR or --csv DIR"],
  [`export ${BTC} --csv a --parquet b`, USAGE, "either --parquet DIR or --csv DIR"],
  [`export ${BTC}@1s --csv a`, USAGE, "1s candles are not stored"],
];

/** As above, as a user meets it. */
const TYPED_TO_THE_COMMAND: readonly Case[] = [
  [
    "nonsense",
    USAGE,
    "unknown command 'nonsense'",
    "import candles gaps backtest sweep check new-strategy runs report export doctor",
  ],
  ["--nonsense", USAGE, "unknown command '--nonsense'"],
  ["help nonsense", USAGE, "unknown command 'nonsense'"],
  ["candles", USAGE, "something is missing", "millrace candles <exchange:BASE/QUOTE@timeframe>"],
  [`candles ${M1} --nonsense`, USAGE, "unknown option '--nonsense'", "--from --to --as --json --csv --store"],
  [`candles ${BTC}@7m`, USAGE, "unknown timeframe '7m'", "1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 1w 1M"],
  [`backtest sma-cross ${M1} --param fast=99999`, USAGE, "fast is '99999'", "from 2 to 200"],
  [`backtest nonsense ${M1}`, NOT_FOUND, "no strategy is called 'nonsense'", "sma-cross"],
  ["runs", NOT_FOUND, "there is no store none.duckdb yet", "millrace import"],
  [`candles ${M1}`, NOT_FOUND, "there is no store none.duckdb yet"],
];

/** Asked of a store that holds seven hours of BTC/USDT. */
const ASKED: readonly Case[] = [
  ["candles binance:XRP/USDT@1m", NO_DATA, "no candles of binance:XRP/USDT@1m", "import a file first"],
  ["candles binance:XRP/USDT@1s", NO_DATA, "no candles of binance:XRP/USDT@1s", "import a file first"],
  ["gaps binance:XRP/USDT", NO_DATA, "nothing is held of binance:XRP/USDT", "import"],
  ["backtest sma-cross binance:XRP/USDT@1m", NO_DATA, "binance:XRP/USDT@1m has no candles", "import"],
  ["export binance:XRP/USDT --csv out", NO_DATA, "binance:XRP/USDT"],
  [`candles ${M1} --from 2025-01-01`, NO_DATA, "in this span", "2024-06-30 20:00:00 to 2024-07-01 03:12:00 UTC"],
  [`candles ${BTC}@1s --from 2025-01-01`, NO_DATA, "in this span"],
  [`gaps ${BTC} --from 2025-01-01`, NO_DATA, "in this span", "2024-06-30 20:00:00"],
  [
    `backtest sma-cross ${M1} --from 2025-01-01`,
    NO_DATA,
    "no candles from 2025-01-01T00:00:00.000Z: held are 2024-06-30",
  ],
  [`backtest sma-cross ${M1} --to 2023-01-01`, NO_DATA, "no candles to 2023-01-01T00:00:00.000Z: held are"],
  ["runs show nonsense", NOT_FOUND, "no run 'nonsense'", "backtest"],
  ["report nonsense", NOT_FOUND, "no run 'nonsense'"],
  ["export nonsense --csv out", NOT_FOUND, "no run 'nonsense'"],
];

describe("a fault in what was asked", () => {
  let folder: CommandFolder;
  beforeAll(async () => {
    folder = await CommandFolder.create();
    const path = await writeTrades(folder.file("trades.csv"), makeTrades(4_000, 0.3));
    await folder.output(["import", BTC, path]);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  test("is told before any store is made", async () => {
    const before = process.env["MILLRACE_STORE"];
    process.env["MILLRACE_STORE"] = folder.file("none.duckdb");
    try {
      for (const [words, code, ...said] of TYPED) {
        const [name, ...rest] = words.split(" ");
        const command = COMMANDS.find((each) => each.name === name)!;
        const fault = await (async () => command.run(parseArguments(command, rest)))().catch((error: unknown) => error);
        if (!(fault instanceof InputError)) throw new Error(`${words}: ${fault}`);
        expect(EXIT_CODES[fault.code], words).toBe(code);
        expect(fault.message, words).not.toContain("\n");
        expectForPeople(fault.message);
        for (const text of said) expect(fault.message, words).toContain(text);
      }
    } finally {
      if (before === undefined) delete process.env["MILLRACE_STORE"];
      else process.env["MILLRACE_STORE"] = before;
    }
    expect(existsSync(folder.file("none.duckdb"))).toBe(false);
  });

  test("is told in one line", async () => {
    const ended = await byTwo(
      TYPED_TO_THE_COMMAND.map(
        ([words]) =>
          () =>
            folder.run(words.split(" "), "none.duckdb"),
      ),
    );
    for (const [i, each] of ended.entries()) {
      const [, code, ...said] = TYPED_TO_THE_COMMAND[i]!;
      expectFault(each, code, ...said);
    }
    expect(existsSync(folder.file("none.duckdb"))).toBe(false);
  });

  test("is told in one line that says what is held", async () => {
    for (const [words, code, ...said] of ASKED) expectFault(await folder.run(words.split(" ")), code, ...said);
    expect(existsSync(folder.file("out"))).toBe(false);
  });
});
