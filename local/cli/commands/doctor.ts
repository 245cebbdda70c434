import { statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { liveWatermark } from "#shared/app/aggregate.ts";
import { instrumentKey } from "#shared/market/instrument.ts";
import type { Command } from "../command.ts";
import { writeLine } from "../output.ts";
import { formatNumber, formatTime, renderTable } from "../table.ts";
import { STORE_OPTION, storePath, withPlatform } from "../with-platform.ts";

const COLUMNS = [
  { heading: "instrument" },
  { heading: "trades", align: "right" },
  { heading: "from (UTC)" },
  { heading: "to" },
  { heading: "ids" },
  { heading: "live up to" },
  { heading: "to rebuild", align: "right" },
] as const;

export const doctor: Command = {
  name: "doctor",
  usage: "",
  summary: "check this machine, the store and what is in it",
  examples: ["doctor"],
  options: STORE_OPTION,
  positionals: [0, 0],
  run: (args) =>
    withPlatform(args, async ({ store, catalog }) => {
      const path = resolve(storePath(args));
      const disk = await statfs(dirname(path));
      const rows: string[][] = [];
      for (const instrument of await store.ticks.instruments()) {
        const extent = await store.ticks.extent(instrument);
        if (extent === null) continue;
        const watermark = await liveWatermark(store.checkpoints, instrument);
        rows.push([
          instrumentKey(instrument),
          formatNumber(extent.count, 0),
          formatTime(extent.from),
          formatTime(extent.to),
          extent.ids,
          watermark === null ? "–" : formatTime(watermark),
          String((await store.ranges.dirty(instrument)).length),
        ]);
      }
      await writeLine(
        [
          `Node        ${process.versions.node}, ${process.platform} ${process.arch}`,
          `store       ${path}, ${formatNumber(statSync(path).size / 2 ** 20, 1)} MiB, opened and of this version`,
          `disk        ${formatNumber((disk.bavail * disk.bsize) / 2 ** 30, 1)} GiB free`,
          `strategies  ${(await catalog.names()).join(" ")}`,
          `runs        ${(await store.runs.list()).length}`,
          "",
          rows.length === 0 ? "no trades are held yet: millrace import, or millrace demo" : renderTable(COLUMNS, rows),
        ].join("\n"),
      );
    }),
};
