import type { DuckDBValue } from "@duckdb/node-api";
import { type StoredField, storedValue } from "#shared/wire/stored-fields.ts";
import { bytes, type ColumnSource, doubles, nullableDoubles, texts } from "./column-sources.ts";

/** Records in the columns of their fields, to append. */
export function columnSources<Row>(fields: readonly StoredField<Row>[], rows: readonly Row[]): ColumnSource[] {
  return fields.map((field) => columnSource(field, rows));
}

function columnSource<Row>(field: StoredField<Row>, rows: readonly Row[]): ColumnSource {
  switch (field.kind) {
    case "integer":
    case "double":
    case "time": {
      const numbers = Float64Array.from(rows, (row) => (storedValue(field, row) as number | null) ?? Number.NaN);
      return field.empty === "never" ? doubles(numbers) : nullableDoubles(numbers);
    }
    case "flag":
      return bytes(Uint8Array.from(rows, (row) => (storedValue(field, row) === true ? 1 : 0)));
    default:
      return texts(rows.map((row) => storedValue(field, row) as string | null));
  }
}

/** A record as the values of its columns, to bind: one that is bound as a number is a DOUBLE. */
export function boundValues<Row>(fields: readonly StoredField<Row>[], record: Row): DuckDBValue[] {
  return fields.map((field) => {
    const value = storedValue(field, record);
    return typeof value === "number" && field.kind !== "double" ? BigInt(value) : value;
  });
}
