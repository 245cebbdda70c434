import { readCandles } from "#shared/app/read-candles.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import type { Candle, CandleChoice } from "#shared/market/candle.ts";
import { InputError } from "#shared/market/input-error.ts";
import { type Feed, feedKey, instrumentKey, parseFeed } from "#shared/market/instrument.ts";
import type { CandleExtent } from "#shared/ports/candle-store.ts";
import { CSV_HEADINGS, candleCells, candleCsv, candleJson } from "../candle-lines.ts";
import type { Arguments, Command, OptionSpec } from "../command.ts";
import { note, writeLine, writeText } from "../output.ts";
import { heldSpans, SPAN_OPTIONS, spanOf } from "../span.ts";
import { STORE_OPTION } from "../store-place.ts";
import { formatNumber, renderTable } from "../table.ts";
import { withPlatform } from "../with-platform.ts";

/** A table shows so many of the first and of the last candles; --json and --csv write all. */
const SHOWN = 20;

const COLUMNS = [
  { heading: "open time (UTC)" },
  { heading: "open", align: "right" },
  { heading: "high", align: "right" },
  { heading: "low", align: "right" },
  { heading: "close", align: "right" },
  { heading: "volume", align: "right" },
  { heading: "trades", align: "right" },
  { heading: "origin" },
  { heading: "completeness" },
] as const;

/** The option that says which candle stands for a window where several are held. */
export const AS_OPTION: OptionSpec = {
  value: "best|known",
  help: "best: corrected by all that is held (default); known: as seen live",
};

/** Which candle stands for a window: the value of --as. Throws InputError. */
export function choiceOf(args: Arguments): CandleChoice {
  const text = args.value("as") ?? "best";
  if (text === "best" || text === "known") return text;
  throw new InputError(
    "usage",
    `--as is '${text}': use best (corrected by all that is held) or known (as a live strategy saw it)`,
  );
}

export const candles: Command = {
  name: "candles",
  usage: "<exchange:BASE/QUOTE@timeframe>",
  summary: "show the candles of a feed",
  examples: ["candles binance:BTC/USDT@1m", "candles binance:BTC/USDT@1h --from 2024-08-08 --json"],
  options: {
    ...SPAN_OPTIONS,
    as: AS_OPTION,
    json: { help: "one JSON object a line" },
    csv: { help: "CSV with headings" },
    ...STORE_OPTION,
  },
  positionals: [1, 1],
  async run(args) {
    const feed = parseFeed(args.positionals[0]!);
    const query = { ...feed, ...spanOf(args), choice: choiceOf(args) };
    if (args.has("json") && args.has("csv")) throw new InputError("usage", "give --json or --csv, not both");
    const write = args.has("json") ? writeJson : args.has("csv") ? writeCsv : writeTable;
    await withPlatform(args, async ({ store }) => {
      await rebuild(store, feed.instrument);
      const count = await write(readCandles(store, query));
      if (count === 0) throw new InputError("no-data", noCandles(feed, await store.candles.extents(feed.instrument)));
    });
  },
};

function noCandles(feed: Feed, held: readonly CandleExtent[]): string {
  const what = `no candles of ${feedKey(feed)}`;
  if (held.length === 0) return `${what}: nothing is held of ${instrumentKey(feed.instrument)}, import a file first`;
  const same = held.filter(({ timeframe }) => timeframe === (feed.timeframe === "1s" ? "1m" : feed.timeframe));
  if (same.length === 0) {
    const others = [...new Set(held.map(({ timeframe }) => timeframe))].join(" ");
    return `${what}: held are those of ${others}; shorter ones need trades, so import these`;
  }
  return `${what} in this span: held are those ${heldSpans(same)}; move --from and --to`;
}

type Blocks = AsyncIterable<readonly Candle[]>;

async function writeJson(blocks: Blocks): Promise<number> {
  let count = 0;
  for await (const block of blocks) {
    count += block.length;
    await writeText(block.map((candle) => `${JSON.stringify(candleJson(candle))}\n`).join(""));
  }
  return count;
}

async function writeCsv(blocks: Blocks): Promise<number> {
  let count = 0;
  for await (const block of blocks) {
    if (count === 0 && block.length > 0) await writeLine(CSV_HEADINGS);
    count += block.length;
    await writeText(block.map((candle) => `${candleCsv(candle)}\n`).join(""));
  }
  return count;
}

async function writeTable(blocks: Blocks): Promise<number> {
  const first: Candle[] = [];
  let last: Candle[] = [];
  let count = 0;
  for await (const block of blocks) {
    count += block.length;
    for (const candle of block) {
      if (first.length < SHOWN) first.push(candle);
      else last.push(candle);
    }
    last = last.slice(-SHOWN);
  }
  if (count === 0) return 0;
  const left = count - first.length - last.length;
  const rows = first.map(candleCells);
  if (left > 0) rows.push([`… ${formatNumber(left, 0)} more …`]);
  await writeLine(renderTable(COLUMNS, [...rows, ...last.map(candleCells)]));
  note(`${formatNumber(count, 0)} candles${left > 0 ? "; --json and --csv write all" : ""}`);
  return count;
}
