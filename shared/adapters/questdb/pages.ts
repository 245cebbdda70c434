import { type CsvColumn, type CsvKind, parseCsv } from "./csv.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import { integer, time } from "./sql-text.ts";

/** Rows of one table to read in order of their time. */
export interface PageQuery {
  readonly table: string;
  /** Columns after the time, which comes first. */
  readonly columns: readonly (readonly [name: string, kind: CsvKind])[];
  /** Which rows, as an SQL condition. */
  readonly where: string;
  /** Rows of a page, about. */
  readonly rows: number;
}

/** Rows in columns, the first of which is the time in ms UTC. Rows of one time are in no order, and all in one page. */
export interface Page {
  readonly length: number;
  readonly time: Float64Array;
  readonly columns: readonly CsvColumn[];
}

/** Pages with from ≤ time < to, each read whole before it is handed out: a slow reader holds nothing in the server. */
export async function* pagesByTime(
  http: HttpEndpoint,
  query: PageQuery,
  from: number,
  to: number,
): AsyncGenerator<Page, void, undefined> {
  const names = query.columns.map(([name]) => name).join(", ");
  const kinds: CsvKind[] = ["number", ...query.columns.map(([, kind]) => kind)];
  let { rows } = query;
  let start = from;
  while (start < to) {
    const csv = await http.export(
      `SELECT cast(ts AS LONG) micros, ${names} FROM ${query.table} WHERE ${query.where} AND ts >= ${time(start)} ` +
        `AND ts < ${time(to)} ORDER BY ts LIMIT ${integer(rows)}`,
    );
    const { length, columns } = parseCsv(csv, kinds);
    const times = columns[0] as Float64Array;
    for (let i = 0; i < length; i++) times[i]! /= 1_000;
    const page = { length, time: times, columns: columns.slice(1) };
    if (length < rows) {
      if (length > 0) yield page;
      return;
    }
    // More rows may have the last time: they are left to the next page.
    let cut = length;
    while (cut > 0 && times[cut - 1] === times[length - 1]) cut--;
    if (cut === 0) {
      rows *= 2;
      continue;
    }
    const next = times[cut]!;
    yield { length: cut, time: times.subarray(0, cut), columns: page.columns.map((column) => column.slice(0, cut)) };
    start = next;
  }
}
