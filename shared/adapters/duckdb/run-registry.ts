import type { DuckDBValue } from "@duckdb/node-api";
import type { LiveRunRegistry, RunRecord } from "#shared/ports/run-registry.ts";
import { latestRecords } from "#shared/wire/latest-records.ts";
import { RUN_FIELDS } from "#shared/wire/run-fields.ts";
import { recordOf } from "#shared/wire/stored-fields.ts";
import { columnList, TABLES } from "#shared/wire/tables.ts";
import { type Database, readRows } from "./database.ts";
import { boundValues } from "./stored-columns.ts";

const UNLESS_LATER = `ON CONFLICT (run) DO UPDATE SET ${TABLES.runs
  .filter((column) => column !== "run")
  .map((column) => `${column} = excluded.${column}`)
  .join(", ")} WHERE excluded.version >= runs.version`;

/** Rows in one statement: one a statement takes milliseconds each. */
const ROWS = 64;

export class DuckdbRunRegistry implements LiveRunRegistry {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put(record: RunRecord): Promise<void> {
    return this.putAll([record]);
  }

  async putAll(records: readonly RunRecord[]): Promise<void> {
    // One statement may not replace its own rows.
    const rows = latestRecords(records).map((record) => boundValues(RUN_FIELDS, record));
    await this.#database.write(async (connection) => {
      for (let at = 0; at < rows.length; at += ROWS) {
        const part = rows.slice(at, at + ROWS);
        const marks = part.map((row, i) => `(${row.map((_, j) => `$${i * row.length + j + 1}`).join(", ")})`);
        await connection.run(`INSERT INTO runs VALUES ${marks.join(", ")} ${UNLESS_LATER}`, part.flat());
      }
    });
  }

  async replace(record: RunRecord): Promise<boolean> {
    return this.#database.write(async (connection) => {
      const values = boundValues(RUN_FIELDS, record);
      const set = TABLES.runs.map((column, i) => `${column} = $${i + 1}`).join(", ");
      const before = `run = $${values.length + 1} AND version = $${values.length + 2}`;
      const sql = `UPDATE runs SET ${set} WHERE ${before} RETURNING run`;
      const replaced = await readRows(connection, sql, [...values, record.run, BigInt(record.version - 1)]);
      return replaced.length > 0;
    });
  }

  async get(run: string): Promise<RunRecord | null> {
    const [row] = await this.#database.rows(`SELECT ${columnList("runs")} FROM runs WHERE run = $1`, [run]);
    return row === undefined ? null : runOf(row);
  }

  async getAll(runs: readonly string[]): Promise<readonly RunRecord[]> {
    if (runs.length === 0) return [];
    const marks = runs.map((_, i) => `$${i + 1}`).join(", ");
    const rows = await this.#database.rows(`SELECT ${columnList("runs")} FROM runs WHERE run IN (${marks})`, [...runs]);
    return rows.map(runOf);
  }

  async running(): Promise<readonly RunRecord[]> {
    const running = "WHERE status = 'running' ORDER BY created DESC, run";
    const rows = await this.#database.rows(`SELECT ${columnList("runs")} FROM runs ${running}`);
    return rows.map(runOf);
  }

  async list(): Promise<readonly RunRecord[]> {
    const rows = await this.#database.rows(`SELECT ${columnList("runs")} FROM runs ORDER BY created DESC, run`);
    return rows.map(runOf);
  }
}

function runOf(values: DuckDBValue[]): RunRecord {
  return recordOf(RUN_FIELDS, values);
}
