import type { SenderBuffer } from "@questdb/nodejs-client";
import { type StoredField, storedValue } from "#shared/wire/stored-fields.ts";

/** A table whose rows are records. */
export interface StoredTable<Row> {
  readonly name: string;
  readonly fields: readonly StoredField<Row>[];
  /** The field that is the designated time, `ts`. */
  readonly time: keyof Row & string;
  /** Columns that have a name of their own here. */
  readonly named?: { readonly [Field in keyof Row & string]?: string };
}

/** What `recordOf` reads of a table. */
export function selectionOf<Row>(table: StoredTable<Row>): string {
  return table.fields.map((field) => columnOf(table, field)).join(", ");
}

/** The designated time of a record, ms UTC. */
export function timeOf<Row>(table: StoredTable<Row>, record: Row): number {
  return record[table.time] as number;
}

/** Writes the fields that are symbols: a line has them before all columns. */
export function writeSymbols<Row>(line: SenderBuffer, table: StoredTable<Row>, record: Row): void {
  for (const field of table.fields) {
    if (field.kind === "word") line.symbol(columnOf(table, field), storedValue(field, record));
  }
}

/** Writes all other fields but the designated time. */
export function writeColumns<Row>(line: SenderBuffer, table: StoredTable<Row>, record: Row): void {
  for (const field of table.fields) {
    const value = storedValue(field, record);
    if (value === null || field.kind === "word" || field.field === table.time) continue;
    const column = columnOf(table, field);
    if (typeof value === "string") line.stringColumn(column, value);
    else if (typeof value === "boolean") line.booleanColumn(column, value);
    else if (field.kind === "time") line.timestampColumn(column, value, "ms");
    else if (field.kind === "integer") line.intColumn(column, value);
    else line.floatColumn(column, value);
  }
}

function columnOf<Row>({ time, named }: StoredTable<Row>, { field, column }: StoredField<Row>): string {
  return field === time ? "ts" : (named?.[field] ?? column);
}
