import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { TABLES } from "#shared/wire/tables.ts";

const GUIDE = readFileSync(new URL("notebook.md", import.meta.url), "utf8");

/** Columns that tell whose a row is, which exports leave out. */
const OWNERS: readonly string[] = ["run", "instrument", "timeframe"];

/** The text under the heading that begins with `name`. */
function section(name: string): string {
  const text = GUIDE.split(/^###? /m).find((part) => part.startsWith(`${name}`));
  return text ?? "";
}

test.each([
  ["orders:", TABLES.orders],
  ["fills:", TABLES.fills],
  ["trades:", TABLES.trades],
  ["equity:", TABLES.portfolio_metrics],
  ["candles", TABLES.candles],
  ["ticks", TABLES.ticks],
] as const)("the guide says what each column of %s means", (name, columns) => {
  const named = new Set([...section(name).matchAll(/`([a-z_]+)`/g)].map((match) => match[1]!));
  expect(columns.filter((column) => !OWNERS.includes(column) && !named.has(column))).toEqual([]);
});
