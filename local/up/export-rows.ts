import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "#local/platform.ts";
import type { ExportFormat, ExportQuery } from "#shared/adapters/duckdb/export.ts";
import { type DuckdbStore, openStore } from "#shared/adapters/duckdb/store.ts";
import { runResults } from "#shared/app/run-results.ts";
import { InputError } from "#shared/market/input-error.ts";

/**
 * Writes candles or a run's rows of any store to a file, as the embedded store does: by way of one that is made for it
 * and removed. Resolves to the number of rows. Throws InputError 'no-data' for an instrument or run that the store does
 * not know, 'usage' for ticks.
 */
export async function exportRows(
  from: Pick<Store, "candles" | "results" | "runs">,
  query: ExportQuery,
  path: string,
  format: ExportFormat,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-export-"));
  try {
    const copy = await openStore(join(folder, "store.duckdb"));
    try {
      await copyRows(from, copy, query);
      return await copy.export(query, path, format);
    } finally {
      await copy.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyRows(
  { candles, results, runs }: Pick<Store, "candles" | "results" | "runs">,
  copy: DuckdbStore,
  query: ExportQuery,
): Promise<void> {
  if (query.what === "ticks") {
    throw new InputError(
      "usage",
      "trades on servers are not exported by this command, which would not know their origin: ask QuestDB itself, " +
        "as docs/operate.md shows; candles and runs can be exported",
    );
  }
  if (query.what === "candles") {
    // One candidate a window is left, so that the copy has nothing to choose.
    for await (const block of candles.read(query)) await copy.candles.put(block);
    return;
  }
  const record = await runs.get(query.run);
  if (record === null) return;
  const feeds = record.feeds.map((feed) => feed.slice(0, feed.indexOf("=")));
  await copy.results.write(query.run, feeds, { firstCycle: 0, ...(await runResults(results, record)) });
}
