import type { DuckDBConnection } from "@duckdb/node-api";
import { InputError } from "#shared/market/input-error.ts";
import { type Database, readRows } from "./database.ts";

/** A step of the schema. Once released it never changes: what comes after is a new one. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * Ticks, candles and results have no index: an index of them would cost more memory and time than the rows, and their
 * writers look for held keys within ranges that zone maps bound.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    name: "first tables",
    statements: [
      `CREATE TABLE instruments (
        key INTEGER PRIMARY KEY, exchange VARCHAR NOT NULL, symbol VARCHAR NOT NULL, kind VARCHAR, ids VARCHAR,
        ticks BIGINT NOT NULL, first_ts BIGINT, last_ts BIGINT, least_id BIGINT, greatest_id BIGINT)`,
      `CREATE TABLE ticks (
        instrument INTEGER NOT NULL, id BIGINT NOT NULL, ts BIGINT NOT NULL, price DOUBLE NOT NULL,
        amount DOUBLE NOT NULL, side UTINYINT NOT NULL, first_id BIGINT, last_id BIGINT, origin UTINYINT NOT NULL)`,
      `CREATE TABLE candles (
        instrument INTEGER NOT NULL, timeframe UTINYINT NOT NULL, open_time BIGINT NOT NULL, close_time BIGINT NOT NULL,
        open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DECIMAL(38, 18) NOT NULL,
        quote_volume DECIMAL(38, 18), buy_volume DECIMAL(38, 18), trades BIGINT, first_id BIGINT, last_id BIGINT,
        origin UTINYINT NOT NULL, revision BIGINT NOT NULL, reason UTINYINT NOT NULL, completeness UTINYINT NOT NULL)`,
      `CREATE TABLE coverage (
        instrument INTEGER, from_ts BIGINT, to_ts BIGINT, kind VARCHAR, reason VARCHAR NOT NULL,
        PRIMARY KEY (instrument, from_ts, to_ts, kind))`,
      "CREATE SEQUENCE dirty_marks",
      `CREATE TABLE dirty_ranges (
        instrument INTEGER, from_ts BIGINT, to_ts BIGINT, mark BIGINT NOT NULL,
        PRIMARY KEY (instrument, from_ts, to_ts))`,
      `CREATE TABLE checkpoints (
        stage VARCHAR, key VARCHAR, version BIGINT NOT NULL, schema BIGINT NOT NULL, state BLOB NOT NULL,
        fence VARCHAR NOT NULL, PRIMARY KEY (stage, key))`,
      `CREATE TABLE runs (
        run VARCHAR PRIMARY KEY, kind VARCHAR NOT NULL, strategy VARCHAR NOT NULL, feeds VARCHAR NOT NULL,
        params VARCHAR NOT NULL, definition VARCHAR NOT NULL, identity VARCHAR NOT NULL, created BIGINT NOT NULL,
        status VARCHAR NOT NULL, error VARCHAR, result_hash VARCHAR, figures VARCHAR)`,
      "CREATE TABLE result_runs (key INTEGER PRIMARY KEY, run VARCHAR NOT NULL UNIQUE, feeds VARCHAR NOT NULL)",
      `CREATE TABLE orders (
        run INTEGER NOT NULL, seq BIGINT NOT NULL, ts BIGINT NOT NULL, order_id BIGINT NOT NULL, feed VARCHAR NOT NULL,
        status VARCHAR NOT NULL, exec_type VARCHAR NOT NULL, size DOUBLE NOT NULL, remaining DOUBLE NOT NULL,
        price DOUBLE, tag VARCHAR, note VARCHAR, limit_price DOUBLE, trade_id BIGINT, parent BIGINT,
        order_group BIGINT)`,
      `CREATE TABLE fills (
        run INTEGER NOT NULL, seq BIGINT NOT NULL, ts BIGINT NOT NULL, order_id BIGINT NOT NULL, feed VARCHAR NOT NULL,
        size DOUBLE NOT NULL, price DOUBLE NOT NULL, fee DOUBLE NOT NULL, pnl DOUBLE NOT NULL,
        maker BOOLEAN NOT NULL)`,
      `CREATE TABLE trades (
        run INTEGER NOT NULL, seq BIGINT NOT NULL, trade BIGINT NOT NULL, feed VARCHAR NOT NULL,
        open_time BIGINT NOT NULL, close_time BIGINT NOT NULL, size DOUBLE NOT NULL, entry_price DOUBLE NOT NULL,
        exit_price DOUBLE NOT NULL, pnl DOUBLE NOT NULL, fees DOUBLE NOT NULL, bars BIGINT NOT NULL, tag VARCHAR,
        exit_tag VARCHAR, exit_type VARCHAR NOT NULL, trade_id BIGINT)`,
      `CREATE TABLE portfolio_metrics (
        run INTEGER NOT NULL, cycle BIGINT NOT NULL, ts BIGINT NOT NULL, cash DOUBLE NOT NULL, value DOUBLE NOT NULL)`,
      `CREATE TABLE portfolio_positions (
        run INTEGER NOT NULL, feed INTEGER NOT NULL, cycle BIGINT NOT NULL, position DOUBLE NOT NULL)`,
      "CREATE TABLE logs (run INTEGER NOT NULL, seq BIGINT NOT NULL, ts BIGINT NOT NULL, text VARCHAR NOT NULL)",
    ],
  },
  {
    number: 2,
    name: "versions of runs",
    statements: ["ALTER TABLE runs ADD COLUMN version BIGINT DEFAULT 0", "ALTER TABLE runs ADD COLUMN until BIGINT"],
  },
  {
    number: 3,
    name: "hashes that live runs state",
    statements: [
      `CREATE TABLE result_hashes (
        run VARCHAR, ts BIGINT, result_hash VARCHAR NOT NULL, PRIMARY KEY (run, ts))`,
    ],
  },
];

async function appliedNumber(connection: DuckDBConnection): Promise<number> {
  await connection.run(
    "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, ts BIGINT NOT NULL)",
  );
  const [row] = await readRows(connection, "SELECT coalesce(max(number), 0) FROM schema_migrations");
  return Number(row![0]);
}

/**
 * Brings the schema up to `migrations`, all in one transaction. Throws InputError 'store' for a file that a newer
 * version migrated further, or that holds another program's tables.
 */
export async function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  const known = migrations.at(-1)?.number ?? 0;
  await database.write(async (connection) => {
    const applied = await appliedNumber(connection);
    if (applied > known) {
      throw new InputError(
        "store",
        `the store ${database.path} has schema ${applied}, and this Millrace knows schemas up to ${known}: upgrade Millrace`,
      );
    }
    if (applied === 0) await refuseForeign(connection, database.path);
    for (const migration of migrations.filter(({ number }) => number > applied)) {
      for (const statement of migration.statements) await connection.run(statement);
      const values = [migration.number, migration.name, BigInt(Date.now())];
      await connection.run("INSERT INTO schema_migrations VALUES ($1, $2, $3)", values);
    }
  });
}

async function refuseForeign(connection: DuckDBConnection, path: string): Promise<void> {
  const foreign = await readRows(
    connection,
    "SELECT table_name FROM information_schema.tables WHERE table_name <> 'schema_migrations' ORDER BY table_name LIMIT 1",
  );
  if (foreign.length > 0) {
    throw new InputError(
      "store",
      `${path} is a DuckDB file of another program (it has a table '${foreign[0]![0]}'): name another file`,
    );
  }
}
