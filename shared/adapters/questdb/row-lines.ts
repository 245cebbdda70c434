import { createBuffer, type SenderBuffer, SenderOptions } from "@questdb/nodejs-client";
import type { Lines } from "./line-buffer.ts";

/** Rows of a request at most: its size stays in the megabytes. */
const ROWS = 5_000;

/** How rows of one table are written. */
export interface RowWriter<Row> {
  readonly table: string;
  /** The row's designated time, ms UTC. */
  time(row: Row): number;
  /** Writes the row's columns, its symbols first. */
  write(line: SenderBuffer, row: Row): void;
}

/** Rows in line protocol as the official client writes them, in requests of a bounded size. */
export function* rowLines<Row>(writer: RowWriter<Row>, rows: readonly Row[]): Generator<Lines, void, undefined> {
  for (let at = 0; at < rows.length; at += ROWS) yield rowRequest(writer, rows.slice(at, at + ROWS));
}

/** All rows for one request. */
export function rowRequest<Row>({ table, time, write }: RowWriter<Row>, rows: readonly Row[]): Lines {
  const line = createBuffer(new SenderOptions("http::addr=unused;protocol_version=3;auto_flush=off"));
  const pieces: Uint8Array[] = [];
  const ends: number[] = [];
  let length = 0;
  for (const row of rows) {
    line.table(table);
    write(line, row);
    line.at(time(row), "ms");
    const bytes = line.toBufferNew();
    if (bytes === null) throw new Error(`The client wrote no line for table '${table}'`);
    pieces.push(bytes);
    length += bytes.length;
    ends.push(length);
  }
  return { bytes: Buffer.concat(pieces), ends };
}
