import type { DuckDBConnection } from "@duckdb/node-api";
import type { TickColumns } from "#shared/market/tick.ts";
import { ALL_FRESH, idRange, type SortedOut, TickRepeats } from "#shared/market/tick-repeats.ts";
import { appendColumns, counting, doubles } from "./column-sources.ts";
import { readChunks, readRows } from "./database.ts";
import type { HeldTicks } from "./instrument-table.ts";
import type { ResultChunk } from "./result-chunk.ts";
import { integer } from "./sql-text.ts";

/**
 * Finds the rows that are held or come twice, by id. A block of rising ids in a range that holds none, which is nearly
 * every block, costs a look at its ids and at most one query that zone maps answer; others a join within their range.
 */
export async function sortOutRepeats(
  connection: DuckDBConnection,
  key: number,
  held: HeldTicks | null,
  ticks: TickColumns,
): Promise<SortedOut> {
  const { least, greatest, rising } = idRange(ticks.id);
  const range = `t.instrument = ${integer(key)} AND t.id BETWEEN ${integer(least)} AND ${integer(greatest)}`;
  const outside = held === null || least > held.greatestId || greatest < held.leastId;
  const free = outside || (await readRows(connection, `SELECT 1 FROM ticks t WHERE ${range} LIMIT 1`)).length === 0;
  if (free && rising) return ALL_FRESH;
  const repeats = new TickRepeats(ticks);
  if (!free) await compareWithHeld(connection, range, ticks, repeats);
  return repeats.sortedOut();
}

/** Compares each row whose id is held. */
async function compareWithHeld(
  connection: DuckDBConnection,
  range: string,
  ticks: TickColumns,
  repeats: TickRepeats,
): Promise<void> {
  await connection.run("CREATE OR REPLACE TEMP TABLE staged_ids (row_number INTEGER, id BIGINT)");
  await appendColumns(connection, "staged_ids", ticks.length, [counting(0), doubles(ticks.id)]);
  // Ids alone first: the other columns, several times their size, are read only where there is something to compare.
  const joined = `FROM ticks t JOIN staged_ids s ON t.id = s.id WHERE ${range}`;
  if ((await readRows(connection, `SELECT 1 ${joined} LIMIT 1`)).length === 0) return;
  const aggregate = ticks.kind === "aggregate";
  const result = await connection.stream(
    `SELECT s.row_number::DOUBLE, t.ts::DOUBLE, t.price, t.amount, t.side
      ${aggregate ? ", t.first_id::DOUBLE, t.last_id::DOUBLE" : ""}
      ${joined}`,
  );
  for await (const chunk of readChunks(result)) compareChunk(chunk, aggregate, repeats);
}

function compareChunk(chunk: ResultChunk, aggregate: boolean, repeats: TickRepeats): void {
  const rows = chunk.doubles(0);
  const held = {
    ts: chunk.doubles(1),
    price: chunk.doubles(2),
    amount: chunk.doubles(3),
    side: chunk.bytes(4),
    firstId: aggregate ? chunk.doubles(5) : null,
    lastId: aggregate ? chunk.doubles(6) : null,
  };
  for (let at = 0; at < chunk.length; at++) repeats.compare(rows[at]!, held, at);
}
