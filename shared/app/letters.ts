import type { LogRecord } from "../ports/event-log.ts";
import { encodeDeadLetter } from "../wire/dead-letters.ts";
import { DEAD_LETTERS } from "../wire/topics.ts";
import type { Output } from "./stage.ts";

/** A row of a record's block that could not be used, from 0. */
export interface RefusedRow {
  readonly row: number;
  readonly reason: string;
}

/** Raw records that the letters of one record's rows hold together, bytes. */
const MOST_LETTER_BYTES = 8 << 20;

/** The dead letter of a record. */
export function letterOf(record: LogRecord, reason: string): Output {
  return letter(record, null, reason);
}

/** A letter a row, as long as they are not too much together, each holding the whole record: then one for all. */
export function rowLettersOf(record: LogRecord, rows: readonly RefusedRow[]): readonly Output[] {
  const [first] = rows;
  if (first === undefined) return [];
  if (rows.length * (record.value?.length ?? 0) <= MOST_LETTER_BYTES) {
    return rows.map(({ row, reason }) => letter(record, row, reason));
  }
  const why = `${rows.length} rows are bad, and only these left out; the first, row ${first.row}: ${first.reason}`;
  return [letter(record, null, why)];
}

function letter({ topic, partition, offset, key, value }: LogRecord, row: number | null, reason: string): Output {
  return {
    topic: DEAD_LETTERS,
    key: topic,
    value: encodeDeadLetter({ topic, partition, offset, key, row, reason, value }),
  };
}
