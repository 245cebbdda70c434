import type { RunRecord, RunRegistry, RunStatus } from "#shared/ports/run-registry.ts";
import { type RowWriter, rowRequest } from "./row-lines.ts";
import type { Server } from "./server.ts";

const WRITER: RowWriter<RunRecord> = {
  table: "runs",
  // A row for each version, so that of two writers the later version stands, whichever is slower; a repeat replaces its own.
  time: (record) => record.version,
  write(line, record) {
    line.symbol("kind", record.kind).symbol("strategy", record.strategy).symbol("status", record.status);
    line.stringColumn("run", record.run).timestampColumn("created", record.created, "ms");
    line.stringColumn("feeds", JSON.stringify(record.feeds));
    line.stringColumn("params", JSON.stringify(record.params)).stringColumn("definition", record.definition);
    line.stringColumn("identity", record.identity);
    if (record.error !== null) line.stringColumn("error", record.error);
    if (record.resultHash !== null) line.stringColumn("result_hash", record.resultHash);
    if (record.until !== null) line.timestampColumn("until", record.until, "ms");
    if (record.figures !== null) line.stringColumn("figures", JSON.stringify(record.figures));
  },
};

const COLUMNS =
  "run, kind, strategy, feeds, params, definition, identity, created, status, error, result_hash, figures, ts, until";
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
      records.push(...rows.map(recordOf));
    }
    return records;
  }

  async running(): Promise<readonly RunRecord[]> {
    await this.#server.wal.pass(["runs"]);
    const rows = await this.#server.sql.rows(
      `SELECT * FROM (${LATEST}) WHERE status = 'running' ORDER BY created DESC, run`,
    );
    return rows.map(recordOf);
  }

  async list(): Promise<readonly RunRecord[]> {
    await this.#server.wal.pass(["runs"]);
    return (await this.#server.sql.rows(`SELECT * FROM (${LATEST}) ORDER BY created DESC, run`)).map(recordOf);
  }
}

function recordOf(row: readonly unknown[]): RunRecord {
  const [run, kind, strategy, feeds, params, definition, identity, created, status, error, resultHash, figures] = row;
  const [version, until] = row.slice(12);
  return {
    run: run as string,
    version: version as number,
    kind: kind as RunRecord["kind"],
    strategy: strategy as string,
    feeds: JSON.parse(feeds as string) as RunRecord["feeds"],
    params: JSON.parse(params as string) as RunRecord["params"],
    definition: definition as string,
    identity: identity as string,
    created: created as number,
    status: status as RunStatus,
    error: error as string | null,
    resultHash: resultHash as string | null,
    until: until as number | null,
    figures: figures === null ? null : (JSON.parse(figures as string) as RunRecord["figures"]),
  };
}
