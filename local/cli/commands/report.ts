import type { Command } from "../command.ts";
import { note } from "../output.ts";
import { writeTextFile } from "../output-file.ts";
import { reportOf } from "../report-page.ts";
import { STORE_OPTION } from "../store-place.ts";
import { withPlatform } from "../with-platform.ts";
import { findRun } from "./runs.ts";

export const report: Command = {
  name: "report",
  usage: "<run>",
  summary: "write the report of a run: one HTML page that needs no network",
  examples: ["report 3f2a9c0b1d4e --out report.html"],
  options: { out: { value: "FILE", help: "where to (default report-<run>.html)" }, ...STORE_OPTION },
  positionals: [1, 1],
  run: (args) =>
    withPlatform(args, async (platform) => {
      const record = await findRun(platform.store.runs, args.positionals[0]!);
      const path = args.value("out") ?? `report-${record.run}.html`;
      await writeTextFile(path, await reportOf(platform, record));
      note(`report: ${path}`);
    }),
};
