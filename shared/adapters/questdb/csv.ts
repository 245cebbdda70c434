import type { Decimal } from "#shared/market/decimal.ts";

/** What a column holds: numbers (decimals are rounded once), exact decimals, or one of a few short texts. */
export type CsvKind = "number" | "decimal" | "text";

/** A column as it is read: NaN, or null, where the table has null. */
export type CsvColumn = Float64Array | (Decimal | null)[] | (string | null)[];

const COMMA = 44;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const POINT = 46;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;

/** Integers up to here, and powers of ten up to 1e22, are exact doubles, so that their quotient is rounded once. */
const EXACT_DIGITS = 15;
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** A CSV that QuestDB exported, read into one array a column. Throws Error where it is not of those columns. */
export function parseCsv(csv: Buffer, kinds: readonly CsvKind[]): { length: number; columns: CsvColumn[] } {
  const start = csv.indexOf(LINE_FEED) + 1;
  let rows = 0;
  for (let at = csv.indexOf(LINE_FEED, start); at >= 0; at = csv.indexOf(LINE_FEED, at + 1)) rows++;
  const columns = kinds.map((kind) => (kind === "number" ? new Float64Array(rows) : new Array(rows).fill(null)));
  const fields = columns.map((column, i) => readerOf(csv, kinds[i]!, column));
  let at = start;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < fields.length; column++) {
      let end = at;
      while (end < csv.length && csv[end] !== COMMA && csv[end] !== CARRIAGE_RETURN) end++;
      const last = column === fields.length - 1;
      if (csv[end] !== (last ? CARRIAGE_RETURN : COMMA)) throw broken(csv, at);
      fields[column]!(row, at, end);
      at = end + 1;
    }
    if (csv[at] !== LINE_FEED) throw broken(csv, at);
    at++;
  }
  if (at !== csv.length) throw broken(csv, at);
  return { length: rows, columns };
}

function broken(csv: Buffer, at: number): Error {
  return new Error(`QuestDB's answer ends or breaks at byte ${at}: ${csv.toString("latin1", at, at + 200)}`);
}

type FieldReader = (row: number, from: number, to: number) => void;

function readerOf(csv: Buffer, kind: CsvKind, column: CsvColumn): FieldReader {
  if (kind === "number") {
    const numbers = column as Float64Array;
    return (row, from, to) => {
      numbers[row] = numberAt(csv, from, to);
    };
  }
  if (kind === "decimal") {
    const decimals = column as (Decimal | null)[];
    return (row, from, to) => {
      if (csv[from] === QUOTE) decimals[row] = decimalAt(csv, from + 1, to - 1);
    };
  }
  return textReader(csv, column as (string | null)[]);
}

/** Texts come in runs: the string before is used again where the bytes are equal. */
function textReader(csv: Buffer, texts: (string | null)[]): FieldReader {
  let text = "";
  return (row, from, to) => {
    if (csv[from] !== QUOTE) return;
    const length = to - from - 2;
    let same = length === text.length;
    for (let i = 0; same && i < length; i++) same = csv[from + 1 + i] === text.charCodeAt(i);
    if (!same) text = csv.toString("latin1", from + 1, to - 1);
    texts[row] = text;
  };
}

function numberAt(csv: Buffer, start: number, end: number): number {
  let from = start;
  let to = end;
  if (csv[from] === QUOTE) {
    from++;
    to--;
  }
  if (from === to || csv[from] === 110 /* null */) return Number.NaN;
  const negative = csv[from] === MINUS;
  let mantissa = 0;
  let digits = 0;
  let places = 0;
  let zeros = 0;
  let fraction = false;
  for (let at = negative ? from + 1 : from; at < to; at++) {
    const byte = csv[at]!;
    if (byte === POINT && !fraction) {
      fraction = true;
      continue;
    }
    if (byte < ZERO || byte > NINE) return Number(csv.toString("latin1", from, to));
    // Zeros at the end of a fraction, of which a decimal has many, are no digits.
    if (fraction && byte === ZERO) {
      zeros++;
      continue;
    }
    digits += zeros + 1;
    places += fraction ? zeros + 1 : 0;
    if (digits > EXACT_DIGITS || places > 22) return Number(csv.toString("latin1", from, to));
    mantissa = mantissa * POWERS[zeros + 1]! + (byte - ZERO);
    zeros = 0;
  }
  const value = places === 0 ? mantissa : mantissa / POWERS[places]!;
  return negative ? -value : value;
}

/** A decimal of scale 18, as QuestDB prints DECIMAL(38,18): all its places. */
function decimalAt(csv: Buffer, from: number, to: number): Decimal {
  const point = to - 19;
  if (csv[point] !== POINT) throw broken(csv, from);
  return BigInt(csv.toString("latin1", from, point) + csv.toString("latin1", point + 1, to));
}
