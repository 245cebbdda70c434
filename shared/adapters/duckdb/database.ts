import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, type DuckDBValue } from "@duckdb/node-api";
import { InputError } from "#shared/market/input-error.ts";
import { ResultChunk } from "./result-chunk.ts";
import { describeOpeningFault, describeStoreFault } from "./store-errors.ts";

export interface DatabaseOptions {
  /** Bound of DuckDB's buffers, MiB. Sorts beyond it go to a folder beside the file. Default 256. */
  readonly memoryMib?: number;
  /** Default 2. */
  readonly threads?: number;
}

/**
 * Files that this process has open. DuckDB's file lock keeps other processes out, not a second instance in this one,
 * and two instances on one file would ruin it.
 */
const openFiles = new Set<string>();

/** One DuckDB file: writes one after another, each a durable transaction; reads beside them, each of a snapshot. */
export class Database {
  readonly path: string;
  readonly #file: string;
  readonly #instance: DuckDBInstance;
  readonly #writer: DuckDBConnection;
  readonly #idle: DuckDBConnection[] = [];
  readonly #busy = new Set<DuckDBConnection>();
  #writes: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(path: string, file: string, instance: DuckDBInstance, writer: DuckDBConnection) {
    this.path = path;
    this.#file = file;
    this.#instance = instance;
    this.#writer = writer;
  }

  /** Makes the file and its folder where missing. Throws InputError 'store'. */
  static async open(path: string, options: DatabaseOptions = {}): Promise<Database> {
    let file: string | null = null;
    try {
      mkdirSync(dirname(path), { recursive: true });
      const resolved = existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
      if (openFiles.has(resolved)) {
        throw new InputError("store", `the store ${path} is open in this process (${process.pid}) already: share it`);
      }
      openFiles.add(resolved);
      file = resolved;
      const instance = await DuckDBInstance.create(resolved, {
        memory_limit: `${options.memoryMib ?? 256}MiB`,
        threads: String(options.threads ?? 2),
        // A checkpoint of a large import every 64 MiB of log: more often costs speed, more seldom memory and restart time.
        checkpoint_threshold: "64MiB",
        temp_directory: `${resolved}.tmp`,
        autoinstall_known_extensions: "false",
      });
      return new Database(path, resolved, instance, await instance.connect());
    } catch (cause) {
      if (file !== null) openFiles.delete(file);
      throw describeOpeningFault(path, cause);
    }
  }

  /**
   * Runs `work` in a transaction after all writes before it; durable when it resolves. `committed` sees the result
   * before the next write starts. Nothing is changed if either `work` or the commit fails.
   */
  write<T>(work: (connection: DuckDBConnection) => Promise<T>, committed?: (result: T) => void): Promise<T> {
    const run = this.#writes.then(async () => {
      this.#refuseClosed();
      try {
        await this.#writer.run("BEGIN");
        const result = await work(this.#writer);
        await this.#writer.run("COMMIT");
        committed?.(result);
        return result;
      } catch (cause) {
        // Fails where the failed commit ended the transaction already, which says nothing new.
        await this.#writer.run("ROLLBACK").catch(() => {});
        throw describeStoreFault(this.path, cause);
      }
    });
    this.#writes = run.catch(() => {});
    return run;
  }

  /** Rows of a small result. Numbers bound as bigint are integers. */
  async rows(sql: string, values: DuckDBValue[] = []): Promise<DuckDBValue[][]> {
    const connection = await this.#acquire();
    try {
      return await readRows(connection, sql, values);
    } catch (cause) {
      throw describeStoreFault(this.path, cause);
    } finally {
      this.#release(connection, true);
    }
  }

  /** A result of any size, chunk by chunk. */
  async *stream(sql: string, values: DuckDBValue[] = []): AsyncGenerator<ResultChunk, void, undefined> {
    const connection = await this.#acquire();
    let exhausted = false;
    try {
      const result = await connection.stream(sql, values);
      yield* readChunks(result);
      exhausted = true;
    } catch (cause) {
      throw describeStoreFault(this.path, cause);
    } finally {
      // A result left half read would hold its snapshot for as long as the connection lives.
      this.#release(connection, exhausted);
    }
  }

  /** Waits for the writes that were asked for, and closes the file. Reads under way fail. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writes;
    for (const connection of [this.#writer, ...this.#idle, ...this.#busy]) connection.disconnectSync();
    this.#idle.length = 0;
    this.#busy.clear();
    this.#instance.closeSync();
    openFiles.delete(this.#file);
  }

  async #acquire(): Promise<DuckDBConnection> {
    this.#refuseClosed();
    const connection = this.#idle.pop() ?? (await this.#instance.connect());
    this.#busy.add(connection);
    return connection;
  }

  #release(connection: DuckDBConnection, reusable: boolean): void {
    if (!this.#busy.delete(connection)) return;
    if (reusable) this.#idle.push(connection);
    else connection.disconnectSync();
  }

  #refuseClosed(): void {
    if (this.#closed) throw new Error(`the store ${this.path} is closed`);
  }
}

/** Rows of a small result within a transaction. */
export async function readRows(
  connection: DuckDBConnection,
  sql: string,
  values: DuckDBValue[] = [],
): Promise<DuckDBValue[][]> {
  const result = await connection.run(sql, values);
  return result.getRows();
}

/** A result of any size within a transaction, chunk by chunk. */
export async function* readChunks(result: DuckDBResult): AsyncGenerator<ResultChunk, void, undefined> {
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield new ResultChunk(chunk);
  }
}
