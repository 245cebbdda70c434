import type { SnapshotReader, SnapshotWriter } from "./snapshot.ts";

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

const word = new Float64Array(2);
const halves = new Uint32Array(word.buffer);
const one = new Float64Array(1);
const other = new Float64Array(1);

/**
 * MurmurHash3_x86_128 (Austin Appleby, public domain) over 16-byte blocks of two float64 (little endian), fed a pair at
 * a time. Its state is four 32-bit lanes and a count, so that it can stop and go on anywhere. It tells results apart;
 * it is no protection against someone who forges them.
 */
export class ResultHash {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;
  private blocks = 0;

  /** Takes two numbers. NaN counts as 7ff8000000000000, whatever bits it has. */
  pair(first: number, second: number): void {
    one[0] = first;
    other[0] = second;
    this.pairs(one, other, 0, 1);
  }

  /** Takes the pairs (first[i], second[i]) for from ≤ i < to. */
  pairs(first: Float64Array, second: Float64Array, from: number, to: number): void {
    let { a, b, c, d } = this;
    for (let i = from; i < to; i++) {
      word[0] = first[i]!;
      word[1] = second[i]!;
      if (Number.isNaN(word[0])) setNaN(0);
      if (Number.isNaN(word[1])) setNaN(2);
      a ^= Math.imul(rotate(Math.imul(halves[0]!, C1), 15), C2);
      a = (Math.imul((rotate(a, 19) + b) | 0, 5) + 0x561ccd1b) | 0;
      b ^= Math.imul(rotate(Math.imul(halves[1]!, C2), 16), C3);
      b = (Math.imul((rotate(b, 17) + c) | 0, 5) + 0x0bcaa747) | 0;
      c ^= Math.imul(rotate(Math.imul(halves[2]!, C3), 17), C4);
      c = (Math.imul((rotate(c, 15) + d) | 0, 5) + 0x96cd1c35) | 0;
      d ^= Math.imul(rotate(Math.imul(halves[3]!, C4), 18), C1);
      d = (Math.imul((rotate(d, 13) + a) | 0, 5) + 0x32ac3b17) | 0;
    }
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
    this.blocks += to - from;
  }

  /** Takes a text: its length and its UTF-16 code units, two to a number. */
  text(text: string): void {
    this.pair(text.length, text.length);
    for (let i = 0; i < text.length; i += 4) this.pair(units(text, i), units(text, i + 2));
  }

  /** 32 hex digits over all that was taken so far; more can follow. */
  digest(): string {
    const length = Math.imul(this.blocks, 16);
    let a = this.a ^ length;
    let b = this.b ^ length;
    let c = this.c ^ length;
    let d = this.d ^ length;
    a = (a + b + c + d) | 0;
    b = (b + a) | 0;
    c = (c + a) | 0;
    d = (d + a) | 0;
    a = finish(a);
    b = finish(b);
    c = finish(c);
    d = finish(d);
    a = (a + b + c + d) | 0;
    return hex(a) + hex((b + a) | 0) + hex((c + a) | 0) + hex((d + a) | 0);
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.a);
    writer.number(this.b);
    writer.number(this.c);
    writer.number(this.d);
    writer.number(this.blocks);
  }

  load(reader: SnapshotReader): void {
    this.a = reader.number() | 0;
    this.b = reader.number() | 0;
    this.c = reader.number() | 0;
    this.d = reader.number() | 0;
    this.blocks = reader.number();
  }
}

function setNaN(half: number): void {
  halves[half] = 0;
  halves[half + 1] = 0x7ff80000;
}

function units(text: string, i: number): number {
  const low = i < text.length ? text.charCodeAt(i) : 0;
  const high = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
  return low | (high << 16);
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function finish(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function hex(x: number): string {
  return (x >>> 0).toString(16).padStart(8, "0");
}
