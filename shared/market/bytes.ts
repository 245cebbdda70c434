/** Writes numbers into growing bytes, for states and snapshots; `ByteReader` reads them back in the same order. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Any double, NaN and −0 included. */
  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** A safe integer of either sign, in as few bytes as it needs. */
  integer(value: number): void {
    this.#reserve(9);
    let rest = value < 0 ? -value - 1 : value;
    let byte = (value < 0 ? 1 : 0) | ((rest % 64) << 1);
    rest = Math.floor(rest / 64);
    while (rest > 0) {
      this.#bytes[this.#length++] = byte | 0x80;
      byte = rest % 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = byte;
  }

  /** An integer from 0 to below 2^128. Throws RangeError beyond. */
  bigInteger(value: bigint): void {
    if (value < 0n || value >= 1n << 128n) throw new RangeError(`${value} does not fit 128 bits`);
    this.#reserve(17);
    const at = this.#length++;
    for (let rest = value; rest > 0n; rest >>= 32n) {
      this.#view.setUint32(this.#length, Number(rest & 0xffffffffn), true);
      this.#length += 4;
    }
    this.#bytes[at] = this.#length - at - 1;
  }

  text(value: string): void {
    const encoded = new TextEncoder().encode(value);
    this.integer(encoded.length);
    this.#reserve(encoded.length);
    this.#bytes.set(encoded, this.#length);
    this.#length += encoded.length;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what a `ByteWriter` wrote. Throws RangeError past the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next read begins. */
  get at(): number {
    return this.#at;
  }

  byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  integer(): number {
    let byte = this.byte();
    const negative = (byte & 1) === 1;
    let value = (byte & 0x7e) >> 1;
    let scale = 64;
    while (byte >= 0x80) {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 128;
    }
    return negative ? -value - 1 : value;
  }

  bigInteger(): bigint {
    const length = this.byte();
    let value = 0n;
    for (let i = length - 4; i >= 0; i -= 4) value = (value << 32n) | BigInt(this.#view.getUint32(this.#at + i, true));
    this.#at += length;
    return value;
  }

  text(): string {
    const length = this.integer();
    if (this.#at + length > this.#bytes.length) throw new RangeError("the bytes end inside a text");
    const value = new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return value;
  }
}
