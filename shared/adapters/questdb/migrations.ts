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
    for (const { table, column } of migration.adds ?? []) {
      await sql.rows(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${column.join(" ")}`);
    }
    await sql.rows(
      `INSERT INTO schema_migrations VALUES (0, ${integer(migration.number)}, ${text(migration.name)}, now())`,
    );
  }
  const expected = tablesAfter(migrations);
  await wal.pass(expected.map(({ name }) => name));
  await refuseDrift(sql, expected);
}

interface HeldTable {
  readonly partition: string;
  readonly wal: boolean;
  readonly dedup: boolean;
}

async function refuseDrift(sql: SqlClient, expected: readonly TableSpec[]): Promise<void> {
  const held = new Map<string, HeldTable>();
  for (const [name, partition, wal, dedup] of await sql.rows(
    "SELECT table_name, partitionBy, walEnabled, dedup FROM tables()",
  )) {
    held.set(name as string, { partition: partition as string, wal: wal as boolean, dedup: dedup as boolean });
  }
  for (const table of expected) {
    const found = held.get(table.name);
    if (found === undefined)
      throw drift(table.name, "is missing", "a table", "restore it, or start on an empty database");
    await refuseTableDrift(sql, table, found);
  }
}

async function refuseTableDrift(sql: SqlClient, table: TableSpec, found: HeldTable): Promise<void> {
  const { name, partition, keys } = table;
  const copy = `create it anew as expected under another name, copy the rows with INSERT INTO … SELECT, and rename the two`;
  if (!found.wal)
    throw drift(name, "is not a WAL table", "WAL", `run ALTER TABLE ${name} SET TYPE WAL and restart QuestDB`);
  if (found.partition !== partition) {
    throw drift(name, `is partitioned by ${found.partition}`, `PARTITION BY ${partition}`, copy);
  }
  const columns = new Map<string, { type: string; key: boolean }>();
  for (const [column, type, key] of await sql.rows(
    `SELECT "column", type, upsertKey FROM table_columns(${text(name)})`,
  )) {
    columns.set(column as string, { type: type as string, key: key as boolean });
  }
  for (const [column, type] of table.columns) {
    const there = columns.get(column);
    if (there === undefined) {
      const add = `run ALTER TABLE ${name} ADD COLUMN ${column} ${type}`;
      throw drift(name, `has no column '${column}'`, `${column} ${type}`, add);
    }
    if (there.type !== type) {
      throw drift(
        name,
        `has column '${column}' of type ${there.type}`,
        type,
        `run ALTER TABLE ${name} ALTER COLUMN ${column} TYPE ${type}`,
      );
    }
    columns.delete(column);
  }
  for (const column of columns.keys()) {
    throw drift(name, `has a column '${column}'`, "no such column", `run ALTER TABLE ${name} DROP COLUMN ${column}`);
  }
  await refuseKeyDrift(sql, table, found.dedup, keys);
}

async function refuseKeyDrift(
  sql: SqlClient,
  { name }: TableSpec,
  dedup: boolean,
  keys: readonly string[],
): Promise<void> {
  const rows = await sql.rows(`SELECT "column" FROM table_columns(${text(name)}) WHERE upsertKey`);
  const held = rows.map(([column]) => column as string);
  if (dedup && held.length === keys.length && keys.every((key) => held.includes(key))) return;
  const list = keys.join(", ");
  const has = dedup ? `has upsert keys (${held.join(", ")})` : "has no upsert keys, so that repeats would double rows";
  throw drift(name, has, `(${list})`, `run ALTER TABLE ${name} DEDUP ENABLE UPSERT KEYS(${list})`);
}

function drift(table: string, has: string, expected: string, advice: string): InputError {
  return new InputError("store", `QuestDB's table '${table}' ${has}, where ${expected} is expected: ${advice}`);
}
