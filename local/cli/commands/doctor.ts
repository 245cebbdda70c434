import { statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Platform } from "#local/platform.ts";
import { LATENESS } from "#shared/aggregation/aggregator.ts";
import { liveWatermark } from "#shared/app/aggregate.ts";
import { InputError } from "#shared/market/input-error.ts";
import { instrumentKey } from "#shared/market/instrument.ts";
import { windowOpen } from "#shared/market/timeframe.ts";
import type { Command } from "../command.ts";
import { hint } from "../hint.ts";
import { writeLine } from "../output.ts";
import { placeOf, STORE_OPTION, type StorePlace } from "../store-place.ts";
import { formatMinute, formatNumber, renderTable } from "../table.ts";
import { withNewPlatform } from "../with-platform.ts";

const TRADE_COLUMNS = [
  { heading: "instrument" },
  { heading: "trades", align: "right" },
  { heading: "from (UTC)" },
  { heading: "to" },
  { heading: "live up to" },
] as const;

const CANDLE_COLUMNS = [
  { heading: "imported candles" },
  { heading: "count", align: "right" },
  { heading: "from (UTC)" },
  { heading: "to" },
  { heading: "origin" },
] as const;

export const doctor: Command = {
  name: "doctor",
  usage: "",
  summary: "check this machine, the store and what is in it",
  examples: ["doctor"],
  options: STORE_OPTION,
  positionals: [0, 0],
  run: (args) =>
    withNewPlatform(args, async ({ store, catalog }) => {
      const tables = [await tradesTable(store), await candlesTable(store)].filter((table) => table !== null);
      await writeLine(
        [
          `Node        ${process.versions.node}, ${process.platform} ${process.arch}`,
          ...(await storeLines(placeOf(args))),
          ...(await strategyLines(catalog)),
          `runs        ${(await store.runs.list()).length}`,
          "",
          tables.length === 0
            ? `nothing is held yet: use ${hint(args, "import")}, or npx millrace demo`
            : tables.join("\n\n"),
        ].join("\n"),
      );
    }),
};

/** Where the store is, and how much room its disk has. */
async function storeLines(place: StorePlace): Promise<string[]> {
  const folder = place.kind === "file" ? dirname(resolve(place.path)) : process.cwd();
  const disk = await statfs(folder);
  const free = `disk        ${formatNumber((disk.bavail * disk.bsize) / 2 ** 30, 1)} GiB free`;
  if (place.kind === "servers") {
    return [`store       QuestDB of ${place.name}, sound; 'npx millrace status' tells of the rest`, free];
  }
  const path = resolve(place.path);
  return [`store       ${path}, ${formatNumber(statSync(path).size / 2 ** 20, 1)} MiB, sound`, free];
}

/** The strategies that load, and what is wrong with each that does not. */
async function strategyLines(catalog: Platform["catalog"]): Promise<string[]> {
  const sound: string[] = [];
  const broken: string[] = [];
  for (const name of await catalog.names()) {
    try {
      await catalog.load(name);
      sound.push(name);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      broken.push(`broken      ${name}: ${error.message}`);
    }
  }
  return [`strategies  ${sound.join(" ")}`, ...broken];
}

type Store = Platform["store"];

async function tradesTable(store: Store): Promise<string | null> {
  const rows: string[][] = [];
  const notes: string[] = [];
  for (const instrument of await store.ticks.instruments()) {
    const extent = await store.ticks.extent(instrument);
    if (extent === null) continue;
    const watermark = await liveWatermark(store.checkpoints, instrument);
    // Marks from here on wait for the stream: their turn comes when live candles are past them.
    const limit = watermark === null ? Number.POSITIVE_INFINITY : windowOpen("1m", watermark - LATENESS);
    const due = (await store.ranges.dirty(instrument)).filter(({ from }) => from < limit);
    rows.push([
      instrumentKey(instrument),
      formatNumber(extent.count, 0),
      formatMinute(extent.from),
      formatMinute(extent.to),
      watermark === null ? "–" : formatMinute(watermark),
    ]);
    if (due.length > 0) {
      notes.push(`${instrumentKey(instrument)}: ${formatNumber(due.length, 0)} spans are to be made into candles anew`);
    }
  }
  return rows.length === 0 ? null : [renderTable(TRADE_COLUMNS, rows), ...notes].join("\n");
}

/** Candles that were imported: those made of trades follow from the trades. */
async function candlesTable(store: Store): Promise<string | null> {
  const rows = (await store.candles.extents(null))
    .filter(({ origin }) => origin === "exchange" || origin === "file")
    .map(({ instrument, timeframe, origin, count, from, to }) => [
      `${instrumentKey(instrument)}@${timeframe}`,
      formatNumber(count, 0),
      formatMinute(from),
      formatMinute(to),
      origin,
    ]);
  return rows.length === 0 ? null : renderTable(CANDLE_COLUMNS, rows);
}
