import { blobValue, type DuckDBBlobValue } from "@duckdb/node-api";
import type { Checkpoint, CheckpointStore, FenceEntry, StoredCheckpoint } from "#shared/ports/checkpoint-store.ts";
import { checkKey } from "#shared/wire/key-limit.ts";
import { type Database, readRows } from "./database.ts";
import { integer } from "./sql-text.ts";

export class DuckdbCheckpointStore implements CheckpointStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async load(stage: string, key: string): Promise<StoredCheckpoint | null> {
    checkKey(key);
    const [row] = await this.#database.rows(
      "SELECT version, schema, state, fence FROM checkpoints WHERE stage = $1 AND key = $2",
      [stage, key],
    );
    if (row === undefined) return null;
    const [version, schema, state, fence] = row;
    return {
      version: Number(version),
      schema: Number(schema),
      state: Uint8Array.from((state as DuckDBBlobValue).bytes),
      fence: JSON.parse(fence as string) as FenceEntry[],
    };
  }

  async commit(stage: string, key: string, expectedVersion: number, checkpoint: Checkpoint): Promise<boolean> {
    checkKey(key);
    return this.#database.write(async (connection) => {
      const [held] = await readRows(connection, "SELECT version FROM checkpoints WHERE stage = $1 AND key = $2", [
        stage,
        key,
      ]);
      if (Number(held?.[0] ?? 0) !== expectedVersion) return false;
      await connection.run(
        `INSERT OR REPLACE INTO checkpoints VALUES
          ($1, $2, ${integer(expectedVersion + 1)}, ${integer(checkpoint.schema)}, $3, $4)`,
        [stage, key, blobValue(checkpoint.state), JSON.stringify(checkpoint.fence)],
      );
      return true;
    });
  }

  async keys(stage: string): Promise<readonly string[]> {
    const rows = await this.#database.rows("SELECT key FROM checkpoints WHERE stage = $1", [stage]);
    return rows.map(([key]) => key as string).sort();
  }

  async remove(stage: string, key: string): Promise<void> {
    await this.#database.write((connection) =>
      connection.run("DELETE FROM checkpoints WHERE stage = $1 AND key = $2", [stage, key]),
    );
  }
}
