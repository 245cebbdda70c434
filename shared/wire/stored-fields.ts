/**
 * What the column of a field holds: `integer`, `double`, `time` (ms UTC), `word` (a text of few different ones), `text`,
 * `json` (the value as JSON text), or `flag` (true or false).
 */
export type ColumnKind = "integer" | "double" | "time" | "word" | "text" | "json" | "flag";

/** What a record has where the column is null: `never` null, the field as `null`, or the field `absent`. */
type Emptiness = "never" | "null" | "absent";

/** A field of a record and the column that stores it. */
export interface StoredField<Row> {
  readonly field: keyof Row & string;
  readonly column: string;
  readonly kind: ColumnKind;
  readonly empty: Emptiness;
}

type KindOf<Value> = Value extends number
  ? "integer" | "double" | "time"
  : Value extends string
    ? "word" | "text"
    : Value extends boolean
      ? "flag"
      : "json";

type EmptinessOf<Value> = undefined extends Value ? "absent" : null extends Value ? "null" : "never";

/** Column, kind and emptiness of every field, in order of columns; a record's type leaves few choices. */
type Columns<Row> = {
  readonly [Field in keyof Row & string]-?: readonly [
    column: string,
    kind: KindOf<NonNullable<Row[Field]>>,
    empty: EmptinessOf<Row[Field]>,
  ];
};

/** All fields of a record, in order of columns. */
export function storedFields<Row>(columns: Columns<Row>): readonly StoredField<Row>[] {
  const fields = Object.entries(columns) as [keyof Row & string, [string, ColumnKind, Emptiness]][];
  return fields.map(([field, [column, kind, empty]]) => ({ field, column, kind, empty }));
}

/** Names of the columns, in order. */
export function columnsOf<Row>(fields: readonly StoredField<Row>[]): string[] {
  return fields.map(({ column }) => column);
}

/** What the column of a field is to hold for a record; a flag that is absent is false. */
export function storedValue<Row>({ field, kind }: StoredField<Row>, record: Row): number | string | boolean | null {
  const value = record[field];
  if (kind === "flag") return value === true;
  if (value === null || value === undefined) return null;
  return kind === "json" ? JSON.stringify(value) : (value as number | string);
}

/** The record of a row, whose values are in order of `fields`. Integers and times may come as bigints. */
export function recordOf<Row>(fields: readonly StoredField<Row>[], values: readonly unknown[]): Row {
  const record: Partial<Record<keyof Row, unknown>> = {};
  for (const [i, { field, kind, empty }] of fields.entries()) {
    const value = values[i];
    if (empty === "absent" && (value === null || value === false)) continue;
    record[field] = value === null ? null : readValue(kind, value);
  }
  return record as Row;
}

function readValue(kind: ColumnKind, value: unknown): unknown {
  if (kind === "integer" || kind === "time") return Number(value);
  return kind === "json" ? JSON.parse(value as string) : value;
}
