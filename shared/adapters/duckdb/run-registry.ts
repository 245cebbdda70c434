import type { DuckDBValue } from "@duckdb/node-api";
import type { LiveRunRegistry, RunRecord, RunStatus } from "#shared/ports/run-registry.ts";
import { columnList, TABLES } from "#shared/wire/tables.ts";
import { type Database, readRows } from "./database.ts";

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
    const rows = latestOf(records).map(valuesOf);
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
      const values = valuesOf(record);
      const set = TABLES.runs.map((column, i) => `${column} = $${i + 1}`).join(", ");
      const before = `run = $${values.length + 1} AND version = $${values.length + 2}`;
      const sql = `UPDATE runs SET ${set} WHERE ${before} RETURNING run`;
      const replaced = await readRows(connection, sql, [...values, record.run, BigInt(record.version - 1)]);
      return replaced.length > 0;
    });
  }

  async get(run: string): Promise<RunRecord | null> {
    const [row] = await this.#database.rows(`SELECT ${columnList("runs")} FROM runs WHERE run = $1`, [run]);
    return row === undefined ? null : recordOf(row);
  }

  async getAll(runs: readonly string[]): Promise<readonly RunRecord[]> {
    if (runs.length === 0) return [];
    const marks = runs.map((_, i) => `$${i + 1}`).join(", ");
    const rows = await this.#database.rows(`SELECT ${columnList("runs")} FROM runs WHERE run IN (${marks})`, [...runs]);
    return rows.map(recordOf);
  }

  async running(): Promise<readonly RunRecord[]> {
    const running = "WHERE status = 'running' ORDER BY created DESC, run";
    const rows = await this.#database.rows(`SELECT ${columnList("runs")} FROM runs ${running}`);
    return rows.map(recordOf);
  }

  async list(): Promise<readonly RunRecord[]> {
    const rows = await this.#database.rows(`SELECT ${columnList("runs")} FROM runs ORDER BY created DESC, run`);
    return rows.map(recordOf);
  }
}

/** Of several records of one run the last of the latest version, as one statement may not replace its own rows. */
function latestOf(records: readonly RunRecord[]): RunRecord[] {
  const latest = new Map<string, RunRecord>();
  for (const record of records) {
    const held = latest.get(record.run);
    if (held === undefined || held.version <= record.version) latest.set(record.run, record);
  }
  return [...latest.values()];
}

/** Values of a row, in the order of its columns. */
function valuesOf(record: RunRecord): DuckDBValue[] {
  return [
    record.run,
    record.kind,
    record.strategy,
    JSON.stringify(record.feeds),
    JSON.stringify(record.params),
    record.definition,
    record.identity,
    BigInt(record.created),
    record.status,
    record.error,
    record.resultHash,
    record.figures === null ? null : JSON.stringify(record.figures),
    BigInt(record.version),
    record.until === null ? null : BigInt(record.until),
  ];
}

function recordOf(row: DuckDBValue[]): RunRecord {
  const [run, kind, strategy, feeds, params, definition, identity, created, status, error, resultHash, figures] = row;
  const [version, until] = row.slice(12);
  return {
    run: run as string,
    version: Number(version),
    kind: kind as RunRecord["kind"],
    strategy: strategy as string,
    feeds: JSON.parse(feeds as string) as RunRecord["feeds"],
    params: JSON.parse(params as string) as RunRecord["params"],
    definition: definition as string,
    identity: identity as string,
    created: Number(created),
    status: status as RunStatus,
    error: error as string | null,
    resultHash: resultHash as string | null,
    until: until === null ? null : Number(until),
    figures: figures === null ? null : (JSON.parse(figures as string) as RunRecord["figures"]),
  };
}
