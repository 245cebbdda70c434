import type { DuckDBConnection } from "@duckdb/node-api";
import type { TickColumns } from "#shared/market/tick.ts";
import { appendColumns, counting, doubles } from "./column-sources.ts";
import { readChunks, readRows } from "./database.ts";
import type { HeldTicks } from "./instrument-table.ts";
import type { ResultChunk } from "./result-chunk.ts";
import { integer } from "./sql-text.ts";

/** What each row of a block is, before it is stored. */
export interface SortedOut {
  /** Rows to store, or null where that is all of them. */
  readonly fresh: readonly number[] | null;
  readonly repeated: number;
  readonly conflicts: readonly number[];
}

const ALL_FRESH: SortedOut = { fresh: null, repeated: 0, conflicts: [] };

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

  const seen = new Map<number, number>();
  const states = new Uint8Array(ticks.length);
  if (!free) await compareWithHeld(connection, range, ticks, states);
  const fresh: number[] = [];
  const conflicts: number[] = [];
  let repeated = 0;
  for (let row = 0; row < ticks.length; row++) {
    let state = states[row]!;
    if (state === FRESH && !rising) {
      const first = seen.get(ticks.id[row]!);
      if (first === undefined) seen.set(ticks.id[row]!, row);
      else state = sameRow(ticks, first, row) ? REPEATED : CONFLICT;
    }
    if (state === FRESH) fresh.push(row);
    else if (state === REPEATED) repeated++;
    else conflicts.push(row);
  }
  return { fresh: fresh.length === ticks.length ? null : fresh, repeated, conflicts };
}

const FRESH = 0;
const REPEATED = 1;
const CONFLICT = 2;

function idRange(id: Float64Array): { least: number; greatest: number; rising: boolean } {
  let least = id[0]!;
  let greatest = id[0]!;
  let rising = true;
  for (let i = 1; i < id.length; i++) {
    const value = id[i]!;
    if (value <= greatest) rising = false;
    if (value > greatest) greatest = value;
    if (value < least) least = value;
  }
  return { least, greatest, rising };
}

/** Sets the state of each row whose id is held. */
async function compareWithHeld(
  connection: DuckDBConnection,
  range: string,
  ticks: TickColumns,
  states: Uint8Array,
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
  for await (const chunk of readChunks(result)) compareChunk(chunk, ticks, aggregate, states);
}

function compareChunk(chunk: ResultChunk, ticks: TickColumns, aggregate: boolean, states: Uint8Array): void {
  const rows = chunk.doubles(0);
  const ts = chunk.doubles(1);
  const price = chunk.doubles(2);
  const amount = chunk.doubles(3);
  const side = chunk.bytes(4);
  const firstId = aggregate ? chunk.doubles(5) : null;
  const lastId = aggregate ? chunk.doubles(6) : null;
  for (let i = 0; i < chunk.length; i++) {
    const row = rows[i]!;
    const same =
      ts[i] === ticks.ts[row] &&
      price[i] === ticks.price[row] &&
      amount[i] === ticks.amount[row] &&
      side[i] === ticks.side[row] &&
      (firstId === null || firstId[i] === ticks.firstId[row]) &&
      (lastId === null || lastId[i] === ticks.lastId[row]);
    states[row] = same ? REPEATED : CONFLICT;
  }
}

function sameRow(ticks: TickColumns, a: number, b: number): boolean {
  return (
    ticks.ts[a] === ticks.ts[b] &&
    ticks.price[a] === ticks.price[b] &&
    ticks.amount[a] === ticks.amount[b] &&
    ticks.side[a] === ticks.side[b] &&
    ticks.firstId[a] === ticks.firstId[b] &&
    ticks.lastId[a] === ticks.lastId[b]
  );
}
