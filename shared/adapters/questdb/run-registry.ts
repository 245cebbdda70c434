import type { RunRecord, RunRegistry, RunStatus } from "#shared/ports/run-registry.ts";
import { type RowWriter, rowRequest } from "./row-lines.ts";
import type { Server } from "./server.ts";

const WRITER: RowWriter<RunRecord> = {
  table: "runs",
  // A repeat of a run has another `created`, and still replaces it.
  time: () => 0,
  write(line, record) {
    line.symbol("kind", record.kind).symbol("strategy", record.strategy).symbol("status", record.status);
    line.stringColumn("run", record.run).timestampColumn("created", record.created, "ms");
    line.stringColumn("feeds", JSON.stringify(record.feeds));
    line.stringColumn("params", JSON.stringify(record.params)).stringColumn("definition", record.definition);
    line.stringColumn("identity", record.identity);
    if (record.error !== null) line.stringColumn("error", record.error);
    if (record.resultHash !== null) line.stringColumn("result_hash", record.resultHash);
    if (record.figures !== null) line.stringColumn("figures", JSON.stringify(record.figures));
  },
};

const SELECTION =
  "SELECT run, kind, strategy, feeds, params, definition, identity, created, status, error, result_hash, figures FROM runs";

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
      const rows = await this.#server.sql.rows(`${SELECTION} WHERE run IN (${marks})`, names);
      records.push(...rows.map(recordOf));
    }
    return records;
  }

  async running(): Promise<readonly RunRecord[]> {
    await this.#server.wal.pass(["runs"]);
    const rows = await this.#server.sql.rows(`${SELECTION} WHERE status = 'running' ORDER BY created DESC, run`);
    return rows.map(recordOf);
  }

  async list(): Promise<readonly RunRecord[]> {
    await this.#server.wal.pass(["runs"]);
    return (await this.#server.sql.rows(`${SELECTION} ORDER BY created DESC, run`)).map(recordOf);
  }
}

function recordOf(row: readonly unknown[]): RunRecord {
  const [run, kind, strategy, feeds, params, definition, identity, created, status, error, resultHash, figures] = row;
  return {
    run: run as string,
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
    figures: figures === null ? null : (JSON.parse(figures as string) as RunRecord["figures"]),
  };
}
