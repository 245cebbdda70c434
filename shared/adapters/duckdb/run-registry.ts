import type { DuckDBValue } from "@duckdb/node-api";
import type { RunRecord, RunRegistry, RunStatus } from "#shared/ports/run-registry.ts";
import { columnList } from "#shared/wire/tables.ts";
import type { Database } from "./database.ts";

/** Rows in one statement: one a statement takes milliseconds each. */
const ROWS = 64;

export class DuckdbRunRegistry implements RunRegistry {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put(record: RunRecord): Promise<void> {
    return this.putAll([record]);
  }

  async putAll(records: readonly RunRecord[]): Promise<void> {
    // The last of each id, as one statement may not replace its own rows.
    const rows = [...new Map(records.map((record) => [record.run, valuesOf(record)])).values()];
    await this.#database.write(async (connection) => {
      for (let at = 0; at < rows.length; at += ROWS) {
        const part = rows.slice(at, at + ROWS);
        const marks = part.map((row, i) => `(${row.map((_, j) => `$${i * row.length + j + 1}`).join(", ")})`);
        await connection.run(`INSERT OR REPLACE INTO runs VALUES ${marks.join(", ")}`, part.flat());
      }
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
  ];
}

function recordOf(row: DuckDBValue[]): RunRecord {
  const [run, kind, strategy, feeds, params, definition, identity, created, status, error, resultHash, figures] = row;
  return {
    run: run as string,
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
    figures: figures === null ? null : (JSON.parse(figures as string) as RunRecord["figures"]),
  };
}
