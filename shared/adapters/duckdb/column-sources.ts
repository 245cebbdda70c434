import {
  BIGINT,
  DECIMAL,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  UTINYINT,
  VARCHAR,
} from "@duckdb/node-api";
import { DECIMAL_PLACES, type Decimal } from "#shared/market/decimal.ts";
import { type NativeVector, native, VECTOR_ROWS } from "./native.ts";

/**
 * One column of rows to append. Its type may differ from the table's where DuckDB casts exactly, as integers below 2^53
 * in doubles are.
 */
export interface ColumnSource {
  readonly type: DuckDBType;
  /** Writes rows `from` to `from + count` into the vector. */
  write(vector: NativeVector, from: number, count: number): void;
}

function copy(vector: NativeVector, source: Float64Array | Uint8Array | Int32Array | BigUint64Array): void {
  native.copy_data_to_vector(vector, 0, source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
}

/** Marks the rows as null for which `isNull` says so. */
function writeNulls(vector: NativeVector, count: number, isNull: (row: number) => boolean): void {
  let words: BigUint64Array | null = null;
  for (let row = 0; row < count; row++) {
    if (!isNull(row)) continue;
    words ??= new BigUint64Array(VECTOR_ROWS / 64).fill(0xffff_ffff_ffff_ffffn);
    words[row >> 6]! &= ~(1n << BigInt(row & 63));
  }
  if (words === null) return;
  native.vector_ensure_validity_writable(vector);
  native.copy_data_to_vector_validity(vector, 0, words.buffer as ArrayBuffer, 0, Math.ceil(count / 64) * 8);
}

export function doubles(values: Float64Array): ColumnSource {
  return { type: DOUBLE, write: (vector, from, count) => copy(vector, values.subarray(from, from + count)) };
}

/** NaN is null. */
export function nullableDoubles(values: Float64Array): ColumnSource {
  return {
    type: DOUBLE,
    write(vector, from, count) {
      copy(vector, values.subarray(from, from + count));
      writeNulls(vector, count, (row) => Number.isNaN(values[from + row]!));
    },
  };
}

export function bytes(values: Uint8Array): ColumnSource {
  return { type: UTINYINT, write: (vector, from, count) => copy(vector, values.subarray(from, from + count)) };
}

export function constantByte(value: number): ColumnSource {
  const filled = new Uint8Array(VECTOR_ROWS).fill(value);
  return { type: UTINYINT, write: (vector, _, count) => copy(vector, filled.subarray(0, count)) };
}

export function constantInteger(value: number): ColumnSource {
  const filled = new Int32Array(VECTOR_ROWS).fill(value);
  return { type: INTEGER, write: (vector, _, count) => copy(vector, filled.subarray(0, count)) };
}

/** `first`, `first` + 1 … */
export function counting(first: number): ColumnSource {
  return {
    type: DOUBLE,
    write(vector, from, count) {
      const numbers = new Float64Array(count);
      for (let row = 0; row < count; row++) numbers[row] = first + from + row;
      copy(vector, numbers);
    },
  };
}

/** Nothing but nulls. */
export function nullIntegers(): ColumnSource {
  const invalid = new BigUint64Array(VECTOR_ROWS / 64);
  return {
    type: BIGINT,
    write(vector, _, count) {
      native.vector_ensure_validity_writable(vector);
      native.copy_data_to_vector_validity(vector, 0, invalid.buffer as ArrayBuffer, 0, Math.ceil(count / 64) * 8);
    },
  };
}

export function decimals(values: readonly (Decimal | null)[]): ColumnSource {
  return {
    type: DECIMAL(38, DECIMAL_PLACES),
    write(vector, from, count) {
      const limbs = new BigUint64Array(count * 2);
      for (let row = 0; row < count; row++) {
        const value = values[from + row]!;
        if (value === null) continue;
        limbs[row * 2] = value;
        limbs[row * 2 + 1] = value >> 64n;
      }
      copy(vector, limbs);
      writeNulls(vector, count, (row) => values[from + row] === null);
    },
  };
}

export function texts(values: readonly (string | null)[]): ColumnSource {
  const encoder = new TextEncoder();
  return {
    type: VARCHAR,
    write(vector, from, count) {
      for (let row = 0; row < count; row++) {
        const value = values[from + row]!;
        if (value !== null) native.vector_assign_string_element_len(vector, row, encoder.encode(value));
      }
      writeNulls(vector, count, (row) => values[from + row] === null);
    },
  };
}

/** Appends `length` rows within the connection's transaction. `columns` are all those of the table, in its order. */
export async function appendColumns(
  connection: DuckDBConnection,
  table: string,
  length: number,
  columns: readonly ColumnSource[],
): Promise<void> {
  const types = columns.map((column) => column.type);
  const appender = await connection.createAppender(table);
  try {
    // One chunk for all: a chunk's memory is freed long after it was used, and the loop never waits for that.
    const chunk = DuckDBDataChunk.create(types);
    for (let from = 0; from < length; from += VECTOR_ROWS) {
      const count = Math.min(VECTOR_ROWS, length - from);
      chunk.reset();
      chunk.rowCount = count;
      for (const [index, column] of columns.entries()) {
        column.write(native.data_chunk_get_vector(chunk.chunk, index), from, count);
      }
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  } catch (cause) {
    // What it still holds would be written when it is collected, into whatever transaction is open then.
    appender.clear();
    throw cause;
  }
}
