import type { DuckDBValue } from "@duckdb/node-api";
import type { RunRecord, RunRegistry, RunStatus } from "#shared/ports/run-registry.ts";
import { columnList } from "#shared/wire/tables.ts";
import type { Database } from "./database.ts";

export class DuckdbRunRegistry implements RunRegistry {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put(record: RunRecord): Promise<void> {
    return this.putAll([record]);
  }

  async putAll(records: readonly RunRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#database.write(async (connection) => {
      for (const record of records)
        await connection.run("INSERT OR REPLACE INTO runs VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", [
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
        ]);
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

  async list(): Promise<readonly RunRecord[]> {
    const rows = await this.#database.rows(`SELECT ${columnList("runs")} FROM runs ORDER BY created DESC, run`);
    return rows.map(recordOf);
  }
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
