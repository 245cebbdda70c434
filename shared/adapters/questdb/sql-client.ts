import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { QuestdbConnection } from "./connection.ts";
import { faultText, mayPass, refusedLogin, tooSlow, unreachable } from "./server-faults.ts";

/** Of the server's 64 connections. */
const CONNECTIONS = 8;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
const INT8 = 20;
const TIMESTAMP = 1_114;

/** A value that a parameter takes. */
export type SqlValue = string | number | boolean | null;

/** Queries over the PostgreSQL wire protocol. Integers come as numbers, times as ms UTC. */
export class SqlClient {
  readonly #connection: QuestdbConnection;
  readonly #address: string;
  readonly #pool: pg.Pool;

  constructor(connection: QuestdbConnection) {
    this.#connection = connection;
    this.#address = `${connection.pgHost}:${connection.pgPort}`;
    this.#pool = new pg.Pool({
      host: connection.pgHost,
      port: connection.pgPort,
      user: connection.pgUser,
      password: connection.pgPassword,
      database: "qdb",
      max: CONNECTIONS,
      connectionTimeoutMillis: connection.deadlineMs,
      query_timeout: connection.deadlineMs,
      types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
    });
    // A connection that ends while idle is replaced by the next query; without a listener it would end the process.
    this.#pool.on("error", () => undefined);
  }

  /** Rows as arrays. Repeats the statement, which must bear it, while the server is away. */
  async rows(sql: string, values: readonly SqlValue[] = []): Promise<unknown[][]> {
    const { deadlineMs, pgUser } = this.#connection;
    const end = performance.now() + deadlineMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return (await this.#pool.query({ text: sql, values: [...values], rowMode: "array" })).rows as unknown[][];
      } catch (cause) {
        const text = faultText(cause);
        // QuestDB gives no code of its own: the message tells.
        if (/invalid username\/password/i.test(text)) throw refusedLogin(this.#address, pgUser, cause);
        if (/Query read timeout|timeout expired/i.test(text)) {
          throw tooSlow(this.#address, "running a query", deadlineMs, cause);
        }
        if (!mayPass(cause)) throw cause;
        if (performance.now() + pause > end) throw unreachable(this.#address, "running a query", deadlineMs, cause);
        await sleep(pause);
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** node-postgres reads a time as one of the machine's own zone, and integers as text. */
function parserOf(type: number): (text: string) => unknown {
  if (type === INT8) return Number;
  if (type === TIMESTAMP) return (text) => Date.parse(`${text.replace(" ", "T").slice(0, 23)}Z`);
  return pg.types.getTypeParser(type) as (text: string) => unknown;
}
