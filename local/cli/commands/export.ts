import { join } from "node:path";
import { rebuild } from "#shared/app/rebuild.ts";
import { InputError } from "#shared/market/input-error.ts";
import { parseFeed, parseInstrument } from "#shared/market/instrument.ts";
import type { Command } from "../command.ts";
import { writeLine } from "../output.ts";
import { SPAN_OPTIONS, spanOf } from "../span.ts";
import { STORE_OPTION, withPlatform } from "../with-platform.ts";
import { choiceOf } from "./candles.ts";
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
    as: { value: "best|known", help: "of candles: as they are (best, default) or as a live strategy knew them" },
    ...STORE_OPTION,
  },
  positionals: [1, 1],
  run: (args) =>
    withPlatform(args, async ({ store }) => {
      const format = args.has("parquet") ? "parquet" : "csv";
      const folder = args.value(format);
      if (folder === null || (args.has("parquet") && args.has("csv"))) {
        throw new InputError("usage", "say how and where to: either --parquet DIR or --csv DIR");
      }
      const target = args.positionals[0]!;
      const write = async (name: string, query: Parameters<typeof store.export>[0]): Promise<void> => {
        const path = join(folder, `${name}.${format}`);
        await writeLine(`${path}: ${await store.export(query, path, format)} rows`);
      };
      if (!target.includes(":")) {
        const { run } = await findRun(store.runs, target);
        for (const what of RUN_TABLES) await write(what, { what, run });
        return;
      }
      const span = spanOf(args);
      const name = target.replace(/[^A-Za-z0-9]+/g, "-");
      if (target.includes("@")) {
        const feed = parseFeed(target);
        if (feed.timeframe === "1s") {
          throw new InputError("usage", "1s candles are not stored: use candles --csv, or export the trades");
        }
        await rebuild(store, feed.instrument);
        await write(name, { what: "candles", ...feed, choice: choiceOf(args), ...span });
      } else await write(name, { what: "ticks", instrument: parseInstrument(target), ...span });
    }),
};
