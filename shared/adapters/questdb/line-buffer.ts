/** Rows of one table in line protocol. */
export interface Lines {
  readonly bytes: Uint8Array;
  /** Where each row ends in `bytes`, exclusive. */
  readonly ends: readonly number[];
}

/** Room that a row may take after its prefix, and more: 20 numbers of at most 25 characters with their names. */
const ROW_BYTES = 2_048;

/** Builds lines of the protocol's version 3, in which doubles are eight bytes. */
export class LineBuffer {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #ends: number[] = [];
  /** Room that the next bytes start with: what those before needed. */
  #capacity = 2 * ROW_BYTES;

  /** Starts a row with a table's name and symbols, as `linePrefix` makes them. */
  start(prefix: Uint8Array): void {
    const needed = this.#length + prefix.length + ROW_BYTES;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#capacity, needed));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#bytes.set(prefix, this.#length);
    this.#length += prefix.length;
  }

  /** Characters of ASCII. */
  ascii(text: string): void {
    this.#length += this.#bytes.write(text, this.#length, "latin1");
  }

  /** A column, `name` as `,price==\x10`. */
  double(name: string, value: number): void {
    this.#length += this.#bytes.write(name, this.#length, "latin1");
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  end(): void {
    this.#ends.push(this.#length);
  }

  /** What was built; the buffer starts anew. */
  take(): Lines {
    const lines = { bytes: this.#bytes.subarray(0, this.#length), ends: this.#ends };
    this.#capacity = this.#bytes.length;
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    this.#ends = [];
    return lines;
  }
}

/** The name of a double's column, after a first one. */
export function doubleName(column: string): string {
  return `,${column}==\x10`;
}

/** A time in ms UTC as the protocol writes it, in µs. */
export function microseconds(ms: number): string {
  return ms === 0 ? "0t" : `${ms}000t`;
}

/** A table's name and symbols, escaped, ready for the first column. Symbols that are null are left out. */
export function linePrefix(table: string, symbols: Readonly<Record<string, string | null>>): Buffer {
  const parts = Object.entries(symbols).flatMap(([name, value]) =>
    value === null ? [] : `,${name}=${escaped(value)}`,
  );
  return Buffer.from(`${table}${parts.join("")} `);
}

function escaped(symbol: string): string {
  return symbol.replace(/[ ,=\n\r\\]/g, "\\$&");
}
