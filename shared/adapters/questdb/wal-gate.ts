import { setTimeout as sleep } from "node:timers/promises";
import { InputError } from "#shared/market/input-error.ts";
import type { SqlClient } from "./sql-client.ts";
import { text } from "./sql-text.ts";

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/**
 * A row is durable once the server has it in its write-ahead log, and readable a little later. Readers pass this gate
 * first, so that they see all that was acknowledged, to other processes too.
 */
export class WalGate {
  readonly #sql: SqlClient;
  readonly #deadlineMs: number;

  constructor(sql: SqlClient, deadlineMs: number) {
    this.#sql = sql;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Waits until all that was acknowledged for the tables when it was called is readable; resolves to the number of the
   * last transaction of each. Throws InputError 'store' past the deadline, and for a table that the server suspended.
   */
  async pass(tables: readonly string[]): Promise<number[]> {
    const end = performance.now() + this.#deadlineMs;
    const targets = new Map<string, number>();
    const names = tables.map(text).join(", ");
    const sql = `SELECT name, sequencerTxn, writerTxn, suspended FROM wal_tables() WHERE name IN (${names})`;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      let behind: string | null = null;
      for (const [name, sequenced, written, suspended] of await this.#sql.rows(sql)) {
        if (suspended === true) throw suspendedTable(name as string);
        const target = targets.get(name as string) ?? (sequenced as number);
        targets.set(name as string, target);
        if ((written as number) < target) behind = name as string;
      }
      if (behind === null) return tables.map((table) => targets.get(table) ?? 0);
      if (performance.now() + pause > end) {
        throw new InputError(
          "store",
          `QuestDB did not make the rows written to table '${behind}' readable within ${this.#deadlineMs} ms: they are ` +
            "stored; look at its load and its disk, then read again",
        );
      }
      await sleep(pause);
    }
  }
}

function suspendedTable(table: string): InputError {
  return new InputError(
    "store",
    `QuestDB suspended table '${table}', as it could not apply a transaction (often a full disk): mend the cause its log ` +
      `tells, then run ALTER TABLE ${table} RESUME WAL`,
  );
}
