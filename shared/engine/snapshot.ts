/** Up to so many numbers a loop copies faster than a view does. */
const FEW = 32;

let scratch = new ArrayBuffer(1 << 16);
let numbers = new Float64Array(scratch);
let halves = new Uint32Array(scratch);

/**
 * Writes a snapshot: a sequence of float64 words. All writers share one scratch memory, so one is finished before the
 * next is begun.
 */
export class SnapshotWriter {
  private length = 0;

  /** Writes a number; every NaN gets the same bits, so that equal states have equal bytes. */
  number(value: number): void {
    if (this.length === numbers.length) grow(this.length + 1);
    const at = this.length++;
    if (Number.isNaN(value)) {
      halves[2 * at] = 0;
      halves[2 * at + 1] = 0x7ff80000;
    } else numbers[at] = value;
  }

  boolean(value: boolean): void {
    this.number(value ? 1 : 0);
  }

  /** Writes values[from … to) without their count. */
  numbers(values: Float64Array, from: number, to: number): void {
    const count = to - from;
    if (this.length + count > numbers.length) grow(this.length + count);
    const target = numbers;
    const base = this.length - from;
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) {
        halves[2 * (base + i)] = 0;
        halves[2 * (base + i) + 1] = 0x7ff80000;
      } else target[base + i] = value;
    }
    this.length += count;
  }

  text(text: string): void {
    this.number(text.length);
    // Three code units a word: as an integer under 2^48 it never has the bits of a NaN.
    for (let i = 0; i < text.length; i += 3) {
      this.number(unit(text, i) + unit(text, i + 1) * 0x10000 + unit(text, i + 2) * 0x100000000);
    }
  }

  /** A text or null. */
  optionalText(text: string | null): void {
    if (text === null) this.number(-1);
    else this.text(text);
  }

  /** The bytes written so far, copied. */
  bytes(): Uint8Array {
    return new Uint8Array(scratch.slice(0, this.length * 8));
  }
}

function unit(text: string, i: number): number {
  return i < text.length ? text.charCodeAt(i) : 0;
}

function grow(length: number): void {
  const larger = new ArrayBuffer(Math.max(length, numbers.length * 2) * 8);
  new Float64Array(larger).set(numbers);
  scratch = larger;
  numbers = new Float64Array(scratch);
  halves = new Uint32Array(scratch);
}

/** Reads what a SnapshotWriter wrote, in the same order. Throws RangeError past the end. */
export class SnapshotReader {
  private readonly words: Float64Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
    this.words = new Float64Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 3);
  }

  number(): number {
    if (this.at >= this.words.length) throw new RangeError("the snapshot ends too early: it was cut short or altered");
    return this.words[this.at++]!;
  }

  boolean(): boolean {
    return this.number() !== 0;
  }

  /** Reads `count` numbers into target[from …). */
  numbers(target: Float64Array, from: number, count: number): void {
    if (this.at + count > this.words.length) {
      throw new RangeError("the snapshot ends too early: it was cut short or altered");
    }
    const words = this.words;
    const base = this.at;
    if (count > FEW) target.set(words.subarray(base, base + count), from);
    else for (let i = 0; i < count; i++) target[from + i] = words[base + i]!;
    this.at += count;
  }

  text(): string {
    return this.textOf(this.number());
  }

  optionalText(): string | null {
    const length = this.number();
    return length < 0 ? null : this.textOf(length);
  }

  private textOf(length: number): string {
    let text = "";
    for (let i = 0; i < length; i += 3) {
      const packed = this.number();
      const high = Math.floor(packed / 0x100000000);
      const low = packed - high * 0x100000000;
      text += String.fromCharCode(low & 0xffff);
      if (i + 1 < length) text += String.fromCharCode((low >>> 16) & 0xffff);
      if (i + 2 < length) text += String.fromCharCode(high);
    }
    return text;
  }

  /** Reads past `words` if they come next; else reads nothing and returns false. */
  skip(words: Float64Array): boolean {
    if (this.at + words.length > this.words.length) return false;
    for (let i = 0; i < words.length; i++) if (this.words[this.at + i] !== words[i]) return false;
    this.at += words.length;
    return true;
  }

  /** Whether all was read. */
  get finished(): boolean {
    return this.at === this.words.length;
  }
}
