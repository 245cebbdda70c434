import { InputError } from "#shared/market/input-error.ts";
import {
  createStatement,
  MIGRATIONS,
  MIGRATIONS_TABLE,
  type Migration,
  type TableSpec,
  tablesAfter,
} from "./schema.ts";
import type { SqlClient } from "./sql-client.ts";
import { integer, text } from "./sql-text.ts";
import type { WalGate } from "./wal-gate.ts";

/**
 * Brings the schema up to `migrations`. Every statement bears a repeat, so that two processes may do this at once.
 * Throws InputError 'store' for a schema that a newer version migrated further, or whose tables are not as expected.
 */
export async function migrate(
  sql: SqlClient,
  wal: WalGate,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await sql.rows(createStatement(MIGRATIONS_TABLE));
  await wal.pass([MIGRATIONS_TABLE.name]);
  const known = migrations.at(-1)?.number ?? 0;
  const [row] = await sql.rows("SELECT max(number) FROM schema_migrations");
  const applied = (row![0] as number | null) ?? 0;
  if (applied > known) {
    throw new InputError(
      "store",
      `QuestDB has schema ${applied}, and this Millrace knows schemas up to ${known}: upgrade Millrace`,
    );
  }
  for (const migration of migrations.filter(({ number }) => number > applied)) {
    for (const table of migration.creates) await sql.rows(createStatement(table));
    for (const { table, column } of migration.adds ?? []) await addColumn(sql, wal, table, column);
    await sql.rows(
      `INSERT INTO schema_migrations VALUES (0, ${integer(migration.number)}, ${text(migration.name)}, now())`,
    );
  }
  const expected = tablesAfter(migrations);
  await wal.pass(expected.map(({ name }) => name));
  await refuseDrift(sql, expected);
}

/** The server refuses to add a column that exists to a WAL table, even `IF NOT EXISTS`: another may have been faster. */
async function addColumn(
  sql: SqlClient,
  wal: WalGate,
  table: string,
  [name, type]: readonly [name: string, type: string],
): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    await wal.pass([table]);
    const columns = await sql.rows(`SELECT "column" FROM table_columns(${text(table)})`);
    return columns.some(([column]) => column === name);
  };
  if (await isThere()) return;
  try {
    await sql.rows(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
  } catch (error) {
    if (!(await isThere())) throw error;
  }
}

interface HeldTable {
  readonly partition: string;
  readonly wal: boolean;
  readonly dedup: boolean;
  /** Type of each column. */
  readonly columns: ReadonlyMap<string, string>;
  /** Its upsert keys, in order of columns. */
  readonly keys: readonly string[];
}

async function refuseDrift(sql: SqlClient, expected: readonly TableSpec[]): Promise<void> {
  const held = await heldTables(sql, expected);
  for (const table of expected) {
    const found = held.get(table.name);
    if (found === undefined) {
      throw drift(table.name, "is missing", "a table", "restore it, or start on an empty database");
    }
    refuseTableDrift(table, found);
    refuseColumnDrift(table, found);
    refuseKeyDrift(table, found);
  }
}

/** Those of the tables that there are. */
async function heldTables(sql: SqlClient, expected: readonly TableSpec[]): Promise<Map<string, HeldTable>> {
  const names = expected.map(({ name }) => text(name)).join(", ");
  const tables = await sql.rows(
    `SELECT table_name, partitionBy, walEnabled, dedup FROM tables() WHERE table_name IN (${names})`,
  );
  const columnsOf = tables.map(
    ([name]) =>
      `SELECT ${text(name as string)} name, "column", type, upsertKey FROM table_columns(${text(name as string)})`,
  );
  const columns = await sql.rows(columnsOf.join(" UNION ALL "));
  return new Map(
    tables.map(([name, partition, wal, dedup]) => {
      const own = columns.filter(([table]) => table === name) as [string, string, string, boolean][];
      const table: HeldTable = {
        partition: partition as string,
        wal: wal as boolean,
        dedup: dedup as boolean,
        columns: new Map(own.map(([, column, type]) => [column, type])),
        keys: own.filter(([, , , key]) => key).map(([, column]) => column),
      };
      return [name as string, table];
    }),
  );
}

function refuseTableDrift({ name, partition }: TableSpec, found: HeldTable): void {
  if (!found.wal) {
    throw drift(name, "is not a WAL table", "WAL", `run ALTER TABLE ${name} SET TYPE WAL and restart QuestDB`);
  }
  if (found.partition !== partition) {
    const copy = "create it anew under another name, copy the rows with INSERT INTO … SELECT, and rename the two";
    throw drift(name, `is partitioned by ${found.partition}`, `PARTITION BY ${partition}`, copy);
  }
}

function refuseColumnDrift({ name, columns }: TableSpec, found: HeldTable): void {
  for (const [column, type] of columns) {
    const held = found.columns.get(column);
    const alter = `run ALTER TABLE ${name}`;
    if (held === undefined) {
      throw drift(name, `has no column '${column}'`, `${column} ${type}`, `${alter} ADD COLUMN ${column} ${type}`);
    }
    if (held !== type) {
      throw drift(name, `has column '${column}' of type ${held}`, type, `${alter} ALTER COLUMN ${column} TYPE ${type}`);
    }
  }
  const known = new Set(columns.map(([column]) => column));
  for (const column of found.columns.keys()) {
    if (known.has(column)) continue;
    throw drift(name, `has a column '${column}'`, "no such column", `run ALTER TABLE ${name} DROP COLUMN ${column}`);
  }
}

function refuseKeyDrift({ name, keys }: TableSpec, found: HeldTable): void {
  if (found.dedup && found.keys.length === keys.length && keys.every((key) => found.keys.includes(key))) return;
  const list = keys.join(", ");
  const has = found.dedup
    ? `has upsert keys (${found.keys.join(", ")})`
    : "has no upsert keys, so that repeats would double rows";
  throw drift(name, has, `(${list})`, `run ALTER TABLE ${name} DEDUP ENABLE UPSERT KEYS(${list})`);
}

function drift(table: string, has: string, expected: string, advice: string): InputError {
  return new InputError("store", `QuestDB's table '${table}' ${has}, where ${expected} is expected: ${advice}`);
}
