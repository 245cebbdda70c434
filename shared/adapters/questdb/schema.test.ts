import { expect, test } from "vitest";
import { QUESTDB_TABLES } from "#shared/wire/tables.ts";
import { MIGRATIONS, tablesAfter } from "./schema.ts";

test("the migrations leave the tables that are named in one place", () => {
  const columns = tablesAfter(MIGRATIONS).map(({ name, columns }) => [name, columns.map(([column]) => column)]);
  expect(Object.fromEntries(columns)).toEqual(QUESTDB_TABLES);
});

test("migrations count up from 1, and every key is a column", () => {
  expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  for (const { columns, keys } of tablesAfter(MIGRATIONS)) {
    const names = columns.map(([name]) => name);
    expect(keys[0]).toBe(names[0]);
    for (const key of keys) expect(names).toContain(key);
  }
});
