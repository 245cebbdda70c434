import type { DuckDBDataChunk } from "@duckdb/node-api";
import type { Decimal } from "#shared/market/decimal.ts";
import { native } from "./native.ts";

/** Up to 2,048 rows of a result, by columns. Arrays share memory with the chunk: copy what is to be kept. */
export class ResultChunk {
  readonly length: number;
  readonly #chunk: DuckDBDataChunk;

  constructor(chunk: DuckDBDataChunk) {
    this.#chunk = chunk;
    this.length = chunk.rowCount;
  }

  /** A DOUBLE column without nulls. */
  doubles(column: number): Float64Array {
    const data = native.vector_get_data(native.data_chunk_get_vector(this.#chunk.chunk, column), this.length * 8);
    return new Float64Array(data.buffer, data.byteOffset, this.length);
  }

  /** A DOUBLE column, NaN where null. */
  nullableDoubles(column: number): Float64Array {
    const values = this.doubles(column);
    const validity = this.#validity(column);
    if (validity === null) return values;
    const copied = values.slice();
    for (let row = 0; row < this.length; row++) if (isInvalid(validity, row)) copied[row] = Number.NaN;
    return copied;
  }

  /** A UTINYINT column without nulls. */
  bytes(column: number): Uint8Array {
    return native.vector_get_data(native.data_chunk_get_vector(this.#chunk.chunk, column), this.length);
  }

  /** A DECIMAL(38, 18) column. */
  decimals(column: number): (Decimal | null)[] {
    const data = native.vector_get_data(native.data_chunk_get_vector(this.#chunk.chunk, column), this.length * 16);
    const low = new BigUint64Array(data.buffer, data.byteOffset, this.length * 2);
    const high = new BigInt64Array(data.buffer, data.byteOffset, this.length * 2);
    const validity = this.#validity(column);
    const values = new Array<Decimal | null>(this.length);
    for (let row = 0; row < this.length; row++) {
      values[row] = validity !== null && isInvalid(validity, row) ? null : (high[row * 2 + 1]! << 64n) + low[row * 2]!;
    }
    return values;
  }

  /** Eight rows a byte; null where no row is null. */
  #validity(column: number): Uint8Array | null {
    const byteCount = Math.ceil(this.length / 64) * 8;
    return native.vector_get_validity(native.data_chunk_get_vector(this.#chunk.chunk, column), byteCount) ?? null;
  }
}

function isInvalid(validity: Uint8Array, row: number): boolean {
  return (validity[row >> 3]! & (1 << (row & 7))) === 0;
}
