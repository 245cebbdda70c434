import type { RunRecord, RunRegistry } from "#shared/ports/run-registry.ts";
import { RUN_FIELDS } from "#shared/wire/run-fields.ts";
import { recordOf } from "#shared/wire/stored-fields.ts";
import { type RowWriter, rowRequest } from "./row-lines.ts";
import type { Server } from "./server.ts";
import { type StoredTable, selectionOf, timeOf, writeColumns, writeSymbols } from "./stored-table.ts";

// A row for each version, so that of two writers the later version stands, whichever is slower; a repeat replaces its own.
const RUNS: StoredTable<RunRecord> = { name: "runs", fields: RUN_FIELDS, time: "version" };
const WRITER: RowWriter<RunRecord> = {
  table: RUNS.name,
  time: (record) => timeOf(RUNS, record),
  write(line, record) {
    writeSymbols(line, RUNS, record);
    writeColumns(line, RUNS, record);
  },
};

const COLUMNS = selectionOf(RUNS);
const LATEST = `SELECT ${COLUMNS} FROM runs LATEST ON ts PARTITION BY run`;

/** Runs that one query names at most. */
const NAMES = 500;

/** Runs in QuestDB. */
export class QuestdbRunRegistry implements RunRegistry {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  put(record: RunRecord): Promise<void> {
    return this.putAll([record]);
  }

  async putAll(records: readonly RunRecord[]): Promise<void> {
    await this.#server.lines.writeAtomically("runs", rowRequest(WRITER, records));
  }

  async get(run: string): Promise<RunRecord | null> {
    const [record] = await this.getAll([run]);
    return record ?? null;
  }

  async getAll(runs: readonly string[]): Promise<readonly RunRecord[]> {
    if (runs.length === 0) return [];
    await this.#server.wal.pass(["runs"]);
    const records: RunRecord[] = [];
    for (let at = 0; at < runs.length; at += NAMES) {
      const names = runs.slice(at, at + NAMES);
      const marks = names.map((_, i) => `$${i + 1}`).join(", ");
      const rows = await this.#server.sql.rows(
        `SELECT ${COLUMNS} FROM runs WHERE run IN (${marks}) LATEST ON ts PARTITION BY run`,
        names,
      );
      records.push(...rows.map(runOf));
    }
    return records;
  }

  async running(): Promise<readonly RunRecord[]> {
    await this.#server.wal.pass(["runs"]);
    const rows = await this.#server.sql.rows(
      `SELECT * FROM (${LATEST}) WHERE status = 'running' ORDER BY created DESC, run`,
    );
    return rows.map(runOf);
  }

  async list(): Promise<readonly RunRecord[]> {
    await this.#server.wal.pass(["runs"]);
    return (await this.#server.sql.rows(`SELECT * FROM (${LATEST}) ORDER BY created DESC, run`)).map(runOf);
  }
}

function runOf(values: readonly unknown[]): RunRecord {
  return recordOf(RUN_FIELDS, values);
}
