import { basename, join } from "node:path";
import type { Platform } from "#local/platform.ts";
import { RejectsFile } from "#shared/adapters/files/rejects-file.ts";
import { type ImportSummary, importFile } from "#shared/app/import-file.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import { InputError } from "#shared/market/input-error.ts";
import { type Instrument, instrumentKey, parseFeed, parseInstrument } from "#shared/market/instrument.ts";
import type { Interval } from "#shared/market/interval.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";
import type { FileReject } from "#shared/ports/trade-file.ts";
import type { Arguments, Command } from "../command.ts";
import { SOME_REJECTED } from "../exit-codes.ts";
import { note, writeLine } from "../output.ts";
import { writing } from "../output-file.ts";
import { pastLiveLine } from "../past-live.ts";
import { Progress } from "../progress.ts";
import { folderBeside, placeOf, STORE_OPTION } from "../store-place.ts";
import { formatNumber, formatTime } from "../table.ts";
import { withNewPlatform } from "../with-platform.ts";

export const importCommand: Command = {
  name: "import",
  usage: "<exchange:BASE/QUOTE[@timeframe]> <file> [file …]",
  summary: "store trades or candles from files, and make candles of them",
  details: [
    "Reads Binance's public archive (trades, aggTrades, klines; .csv, .csv.gz, .zip), CSV and Parquet",
    "with named columns (trades: id, time, price, amount, side; candles: openTime, open, high, low,",
    "close, volume), and recorded websocket frames. Files may come in any order, overlap and be imported",
    "again: what is held already stays as it is.",
  ].join("\n"),
  examples: [
    "import binance:BTC/USDT BTCUSDT-trades-2024-08-08.zip",
    "import binance:BTC/USDT@1h candles.csv",
    "import kraken:ETH/USD trades.parquet --rejects bad-rows.csv",
  ],
  options: {
    rejects: { value: "FILE", help: "where rows that were left out go (default rejects.csv beside the store)" },
    json: { help: "one JSON object a file" },
    ...STORE_OPTION,
  },
  positionals: [2, Number.POSITIVE_INFINITY],
  async run(args) {
    const [target, ...paths] = args.positionals;
    const { instrument, timeframe } = parseTarget(target!);
    const rejectsPath = args.value("rejects") ?? join(folderBeside(placeOf(args)), "rejects.csv");
    let fault: InputError | null = null;
    const traded: Interval[] = [];
    await withNewPlatform(args, async (platform) => {
      for (const path of paths) {
        try {
          const summary = await importOne(platform, { path, instrument, timeframe }, new RejectsFile(rejectsPath));
          if (summary.rejected > 0) process.exitCode = SOME_REJECTED;
          traded.push(...tradedSpan(summary));
          if (args.has("json")) await writeLine(JSON.stringify({ file: path, ...summary }));
          else await writeLine(describe(path, summary, rejectsPath));
          if (timeframe !== null && summary.facts.kind !== "candles") {
            note(`@${timeframe} was of no use: ${path} holds trades, of which candles of every timeframe are made`);
          }
        } catch (error) {
          if (!isFaultOfFile(error)) throw error;
          // The other files have nothing to do with it. The last fault is told where all end.
          if (fault !== null) note(`millrace: ${fault.message}`);
          fault = error;
        }
      }
      await tellPastLive(args, platform, instrument, traded);
    });
    if (fault !== null) throw fault;
  },
};

function isFaultOfFile(error: unknown): error is InputError {
  return error instanceof InputError && error.code !== "store" && error.code !== "usage";
}

/** When the trades of a file were; nothing for candles. */
function tradedSpan({ facts, from, to }: ImportSummary): Interval[] {
  return facts.kind === "candles" || from === null || to === null ? [] : [{ from, to: to + 1 }];
}

/** Tells a person of imported trades that make no candles yet. */
async function tellPastLive(
  args: Arguments,
  { store }: Pick<Platform, "store">,
  instrument: Instrument,
  spans: readonly Interval[],
): Promise<void> {
  if (spans.length === 0) return;
  const from = Math.min(...spans.map((span) => span.from));
  const to = Math.max(...spans.map((span) => span.to));
  const line = await pastLiveLine(args, store, instrument, { from, to });
  if (line !== null) note(line);
}

function parseTarget(text: string): { readonly instrument: Instrument; readonly timeframe: Timeframe | null } {
  return text.includes("@") ? parseFeed(text) : { instrument: parseInstrument(text), timeframe: null };
}

/** Imports a file and rebuilds what follows from it, whether or not the file is sound to its end. */
export async function importOne(
  { store, files }: Pick<Platform, "store" | "files">,
  source: { readonly path: string; readonly instrument: Instrument; readonly timeframe: Timeframe | null },
  rejects: RejectsFile,
): Promise<ImportSummary> {
  const { path, instrument } = source;
  const file = await files.open({ ...source, now: Date.now() });
  const progress = new Progress(`reading ${basename(path)}`);
  const listener = {
    progress: ({ bytesRead, bytesTotal }: { bytesRead: number; bytesTotal: number }, rows: number): void =>
      progress.update(bytesTotal === 0 ? null : bytesRead / bytesTotal, `${formatNumber(rows, 0)} rows`),
    rejects: (rows: readonly FileReject[]): Promise<void> => writing(rejects.path, () => rejects.append(path, rows)),
  };
  try {
    return await importFile(store, instrument, file, listener);
  } finally {
    progress.done();
    await rebuildWithProgress(store, instrument);
  }
}

/** Rebuilds an instrument's dirty ranges under a progress line. */
export async function rebuildWithProgress(store: Platform["store"], instrument: Instrument): Promise<void> {
  const progress = new Progress(`making candles of ${instrumentKey(instrument)}`);
  await rebuild(store, instrument, (at, { from, to }) => progress.update((at - from) / (to - from), formatTime(at)));
  progress.done();
}

function describe(path: string, summary: ImportSummary, rejectsPath: string): string {
  const { facts, stored, repeated, rejected, ignored, from, to } = summary;
  const rows = facts.kind === "candles" ? "candles" : facts.kind === "aggregate" ? "aggregate trades" : "trades";
  const parts = [`${formatNumber(stored, 0)} new ${rows}`];
  if (repeated > 0) parts.push(`${formatNumber(repeated, 0)} held already`);
  if (ignored > 0) parts.push(`${formatNumber(ignored, 0)} other records ignored`);
  if (rejected > 0) parts.push(`${formatNumber(rejected, 0)} rejected, see ${rejectsPath}`);
  const span = from === null || to === null ? "" : `, ${formatTime(from)} to ${formatTime(to)} UTC`;
  if (from === null) parts.push("no usable row");
  return `${path} (${facts.format}): ${parts.join(", ")}${span}`;
}
