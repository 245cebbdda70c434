import { findGaps, type Gap, gapExtents } from "#shared/app/find-gaps.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import { InputError } from "#shared/market/input-error.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import type { Command } from "../command.ts";
import { writeLine } from "../output.ts";
import { pastLiveLine } from "../past-live.ts";
import { heldSpans, SPAN_OPTIONS, spanOf } from "../span.ts";
import { STORE_OPTION } from "../store-place.ts";
import { formatDuration, formatMinute, renderTable } from "../table.ts";
import { withPlatform } from "../with-platform.ts";

const COLUMNS = [
  { heading: "from (UTC)" },
  { heading: "to" },
  { heading: "length" },
  { heading: "kind" },
  { heading: "missing", align: "right" },
  { heading: "why" },
] as const;

/** Gaps as a table for people. */
export function gapTable(gaps: readonly Gap[]): string {
  const rows = gaps.map((gap) => [
    formatMinute(gap.from),
    formatMinute(gap.to),
    formatDuration(gap.to - gap.from),
    gap.kind,
    gap.missing === null ? "?" : String(gap.missing),
    gap.firstId === null ? gap.reason : `ids ${gap.firstId} to ${gap.lastId}`,
  ]);
  return renderTable(COLUMNS, rows);
}

export const gaps: Command = {
  name: "gaps",
  usage: "<exchange:BASE/QUOTE>",
  summary: "show what is missing of an instrument, where and why",
  examples: ["gaps binance:BTC/USDT", "gaps binance:BTC/USDT --json"],
  options: { ...SPAN_OPTIONS, json: { help: "one JSON object a line" }, ...STORE_OPTION },
  positionals: [1, 1],
  async run(args) {
    const name = args.positionals[0]!;
    const instrument = parseInstrument(name);
    const span = spanOf(args);
    await withPlatform(args, async ({ store }) => {
      await rebuild(store, instrument);
      const held = await gapExtents(store.candles, instrument);
      if (held.length === 0) throw new InputError("no-data", `nothing is held of ${name}: import a file first`);
      if (!held.some(({ from, to }) => from < span.to && to > span.from)) {
        const why = await pastLiveLine(args, store, instrument, span);
        throw new InputError(
          "no-data",
          `nothing is held of ${name} in this span: held are candles ${heldSpans(held)}${why === null ? "" : `; ${why}`}`,
        );
      }
      const found = await findGaps(store, instrument, span);
      if (args.has("json")) for (const gap of found) await writeLine(JSON.stringify(gap));
      else
        await writeLine(
          found.length === 0 ? "nothing is missing between the first and the last held" : gapTable(found),
        );
    });
  },
};
