import { join } from "node:path";
import type { ExportFormat, ExportQuery } from "#shared/adapters/duckdb/export.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import { InputError } from "#shared/market/input-error.ts";
import { parseFeed, parseInstrument } from "#shared/market/instrument.ts";
import type { Arguments, Command } from "../command.ts";
import { writeLine } from "../output.ts";
import { writing } from "../output-file.ts";
import { SPAN_OPTIONS, spanOf } from "../span.ts";
import { STORE_OPTION } from "../store-place.ts";
import { formatNumber } from "../table.ts";
import { withPlatform } from "../with-platform.ts";
import { AS_OPTION, choiceOf } from "./candles.ts";
import { findRun } from "./runs.ts";

const RUN_TABLES = ["orders", "fills", "trades", "equity"] as const;

export const exportCommand: Command = {
  name: "export",
  usage: "<run | exchange:BASE/QUOTE | exchange:BASE/QUOTE@timeframe>",
  summary: "write a run's tables, trades or candles as files for notebooks",
  examples: [
    "export 3f2a9c0b1d4e --parquet out",
    "export binance:BTC/USDT@1m --parquet out --from 2024-08-08",
    "export binance:BTC/USDT --csv out",
  ],
  options: {
    parquet: { value: "DIR", help: "as Parquet files into this folder" },
    csv: { value: "DIR", help: "as CSV files into this folder" },
    ...SPAN_OPTIONS,
    as: AS_OPTION,
    ...STORE_OPTION,
  },
  positionals: [1, 1],
  async run(args) {
    const format = formatOf(args);
    const folder = args.value(format)!;
    const target = args.positionals[0]!;
    const query = target.includes(":") ? queryOf(target, args) : null;
    await withPlatform(args, async ({ store }) => {
      const run = query === null ? (await findRun(store.runs, target)).run : null;
      if (query?.what === "candles") await rebuild(store, query.instrument);
      const write = async (name: string, what: ExportQuery): Promise<void> => {
        const path = join(folder, `${name}.${format}`);
        const count = await writing(path, () => store.export(what, path, format));
        await writeLine(`${path}: ${formatNumber(count, 0)} rows`);
      };
      if (query !== null) await write(target.replace(/[^A-Za-z0-9]+/g, "-"), query);
      if (run !== null) for (const what of RUN_TABLES) await write(what, { what, run });
    });
  },
};

function formatOf(args: Arguments): ExportFormat {
  if (args.has("parquet") === args.has("csv")) {
    throw new InputError("usage", "say as what and where to: give either --parquet DIR or --csv DIR");
  }
  return args.has("parquet") ? "parquet" : "csv";
}

function queryOf(target: string, args: Arguments): Extract<ExportQuery, { what: "candles" | "ticks" }> {
  const span = spanOf(args);
  if (!target.includes("@")) return { what: "ticks", instrument: parseInstrument(target), ...span };
  const feed = parseFeed(target);
  if (feed.timeframe === "1s") {
    throw new InputError("usage", "1s candles are not stored: use candles --csv, or export the trades");
  }
  return { what: "candles", ...feed, choice: choiceOf(args), ...span };
}
