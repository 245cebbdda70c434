import type { DuckDBConnection } from "@duckdb/node-api";
import type { CycleColumns, RunEvents } from "#shared/engine/run-events.ts";
import type { CycleRow, ResultStore, RunResults, StatedHash } from "#shared/ports/result-store.ts";
import { FILL_FIELDS, LOG_FIELDS, ORDER_FIELDS, TRADE_FIELDS } from "#shared/wire/result-fields.ts";
import { refuseOtherFeeds } from "#shared/wire/run-feeds.ts";
import { columnsOf, recordOf, type StoredField } from "#shared/wire/stored-fields.ts";
import { appendColumns, type ColumnSource, constantInteger, counting, doubles } from "./column-sources.ts";
import { type Database, readRows } from "./database.ts";
import { integer } from "./sql-text.ts";
import { columnSources } from "./stored-columns.ts";

/** Tables of rows that are numbered over a run. */
type RowTable = "orders" | "fills" | "trades" | "logs";

export class DuckdbResultStore implements ResultStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async write(run: string, feeds: readonly string[], events: RunEvents): Promise<void> {
    await this.#database.write(async (connection) => {
      const key = await keyOfRun(connection, run, feeds);
      await writeCycles(connection, key, events.firstCycle, events.cycles);
      await writeRows(connection, key, "orders", ORDER_FIELDS, events.orders);
      await writeRows(connection, key, "fills", FILL_FIELDS, events.fills);
      await writeRows(connection, key, "trades", TRADE_FIELDS, events.trades);
      await writeRows(connection, key, "logs", LOG_FIELDS, events.logs);
    });
  }

  async read(run: string): Promise<RunResults> {
    const [held] = await this.#database.rows("SELECT key, feeds FROM result_runs WHERE run = $1", [run]);
    if (held === undefined) return { cycles: noCycles(0), orders: [], fills: [], trades: [], logs: [] };
    const key = held[0] as number;
    const feeds = JSON.parse(held[1] as string) as string[];
    return {
      cycles: await this.#readCycles(key, feeds.length),
      orders: await this.#readRows(key, "orders", ORDER_FIELDS),
      fills: await this.#readRows(key, "fills", FILL_FIELDS),
      trades: await this.#readRows(key, "trades", TRADE_FIELDS),
      logs: await this.#readRows(key, "logs", LOG_FIELDS),
    };
  }

  async lastCycle(run: string, until: number | null): Promise<CycleRow | null> {
    const before = until === null ? "" : `AND ts < ${integer(until)}`;
    const [last] = await this.#database.rows(
      `SELECT m.run, cycle, ts, cash, value FROM portfolio_metrics m JOIN result_runs r ON r.key = m.run
       WHERE r.run = $1 ${before} ORDER BY cycle DESC LIMIT 1`,
      [run],
    );
    if (last === undefined) return null;
    const [key, cycle, time, cash, value] = last as [number, bigint, bigint, number, number];
    const positions = await this.#database.rows(
      `SELECT position FROM portfolio_positions WHERE run = ${integer(key)} AND cycle = ${cycle} ORDER BY feed`,
    );
    return { time: Number(time), cash, value, position: positions.map(([position]) => position as number) };
  }

  async writeHashes(run: string, hashes: readonly StatedHash[]): Promise<void> {
    await this.#database.write(async (connection) => {
      for (const { time, resultHash } of hashes) {
        await connection.run(`INSERT OR REPLACE INTO result_hashes VALUES ($1, ${integer(time)}, $2)`, [
          run,
          resultHash,
        ]);
      }
    });
  }

  async readHashes(run: string): Promise<readonly StatedHash[]> {
    const rows = await this.#database.rows("SELECT ts, result_hash FROM result_hashes WHERE run = $1 ORDER BY ts", [
      run,
    ]);
    return rows.map(([time, resultHash]) => ({ time: Number(time), resultHash: resultHash as string }));
  }

  async remove(run: string): Promise<void> {
    await this.#database.write(async (connection) => {
      await connection.run("DELETE FROM result_hashes WHERE run = $1", [run]);
      const [held] = await readRows(connection, "SELECT key FROM result_runs WHERE run = $1", [run]);
      if (held === undefined) return;
      const tables = ["portfolio_metrics", "portfolio_positions", "orders", "fills", "trades", "logs"];
      for (const table of tables) await connection.run(`DELETE FROM ${table} WHERE run = ${held[0]}`);
      await connection.run(`DELETE FROM result_runs WHERE key = ${held[0]}`);
    });
  }

  async #readCycles(key: number, feeds: number): Promise<CycleColumns> {
    const [counted] = await this.#database.rows(`SELECT count(*) FROM portfolio_metrics WHERE run = ${integer(key)}`);
    const cycles = noCycles(feeds, Number(counted![0]));
    let at = 0;
    const sql = `SELECT ts::DOUBLE, cash, value FROM portfolio_metrics WHERE run = ${integer(key)} ORDER BY cycle`;
    for await (const chunk of this.#database.stream(sql)) {
      cycles.time.set(chunk.doubles(0), at);
      cycles.cash.set(chunk.doubles(1), at);
      cycles.value.set(chunk.doubles(2), at);
      at += chunk.length;
    }
    for (const [feed, position] of cycles.position.entries()) {
      at = 0;
      const positions = `SELECT position FROM portfolio_positions WHERE run = ${integer(key)} AND feed = ${feed} ORDER BY cycle`;
      for await (const chunk of this.#database.stream(positions)) {
        position.set(chunk.doubles(0), at);
        at += chunk.length;
      }
    }
    return cycles;
  }

  async #readRows<Row>(key: number, table: RowTable, fields: readonly StoredField<Row>[]): Promise<Row[]> {
    const sql = `SELECT ${columnsOf(fields).join(", ")} FROM ${table} WHERE run = ${integer(key)} ORDER BY seq`;
    return (await this.#database.rows(sql)).map((values) => recordOf(fields, values));
  }
}

function noCycles(feeds: number, length = 0): CycleColumns {
  return {
    length,
    time: new Float64Array(length),
    cash: new Float64Array(length),
    value: new Float64Array(length),
    position: Array.from({ length: feeds }, () => new Float64Array(length)),
  };
}

/** The number that a run's rows name it by, given out at its first write. */
async function keyOfRun(connection: DuckDBConnection, run: string, feeds: readonly string[]): Promise<number> {
  const names = JSON.stringify(feeds);
  const [held] = await readRows(connection, "SELECT key, feeds FROM result_runs WHERE run = $1", [run]);
  if (held !== undefined) {
    refuseOtherFeeds(run, held[1] as string, names);
    return held[0] as number;
  }
  const [row] = await readRows(
    connection,
    "INSERT INTO result_runs SELECT coalesce(max(key), 0) + 1, $1, $2 FROM result_runs RETURNING key",
    [run, names],
  );
  return row![0] as number;
}

async function writeCycles(
  connection: DuckDBConnection,
  key: number,
  firstCycle: number,
  cycles: CycleColumns,
): Promise<void> {
  if (cycles.length === 0) return;
  const run = `run = ${integer(key)}`;
  const [held] = await readRows(connection, `SELECT max(cycle) FROM portfolio_metrics WHERE ${run}`);
  if (held![0] !== null && Number(held![0]) >= firstCycle) {
    const range = `${run} AND cycle BETWEEN ${integer(firstCycle)} AND ${integer(firstCycle + cycles.length - 1)}`;
    await connection.run(`DELETE FROM portfolio_metrics WHERE ${range}`);
    await connection.run(`DELETE FROM portfolio_positions WHERE ${range}`);
  }
  await appendColumns(connection, "portfolio_metrics", cycles.length, [
    constantInteger(key),
    counting(firstCycle),
    doubles(cycles.time),
    doubles(cycles.cash),
    doubles(cycles.value),
  ]);
  for (const [feed, position] of cycles.position.entries()) {
    const columns: ColumnSource[] = [
      constantInteger(key),
      constantInteger(feed),
      counting(firstCycle),
      doubles(position),
    ];
    await appendColumns(connection, "portfolio_positions", cycles.length, columns);
  }
}

/** Appends rows in place of those with the same numbers. */
async function writeRows<Row extends { readonly seq: number }>(
  connection: DuckDBConnection,
  key: number,
  table: RowTable,
  fields: readonly StoredField<Row>[],
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const [held] = await readRows(connection, `SELECT max(seq) FROM ${table} WHERE run = ${integer(key)}`);
  const least = rows.reduce((seq, row) => Math.min(seq, row.seq), Number.POSITIVE_INFINITY);
  if (held![0] !== null && Number(held![0]) >= least) {
    await connection.run("CREATE OR REPLACE TEMP TABLE staged_seqs (seq BIGINT)");
    await appendColumns(connection, "staged_seqs", rows.length, [doubles(Float64Array.from(rows, (row) => row.seq))]);
    await connection.run(`DELETE FROM ${table} WHERE run = ${integer(key)} AND seq IN (SELECT seq FROM staged_seqs)`);
  }
  await appendColumns(connection, table, rows.length, [constantInteger(key), ...columnSources(fields, rows)]);
}
