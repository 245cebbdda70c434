const TWO_TO_32 = 4_294_967_296;

/** Contents of one generation: two of them are held, some 25 MB together. */
const GENERATION = 262_144;

const values = new Float64Array(3);
const words = new Uint32Array(values.buffer);

/** One step of MurmurHash3 (A. Appleby, public domain) for a 32-bit word. */
function mix(hash: number, word: number): number {
  let scrambled = Math.imul(word, 0xcc9e2d51);
  scrambled = Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  const mixed = hash ^ scrambled;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Two hashes of 32 bits make one of 53, which a double holds exactly. */
function join(low: number, high: number): number {
  return (finish(high) & 0x1f_ffff) * TWO_TO_32 + finish(low);
}

const LOW_SEED = 0x2545f491;
const HIGH_SEED = 0x6c078965;

/** 53-bit hash of an id that is no integer, such as a UUID. */
export function idOfText(bytes: Buffer, from: number, to: number): number {
  let low = LOW_SEED;
  let high = HIGH_SEED;
  for (let at = from; at < to; at++) {
    low = mix(low, bytes[at]!);
    high = mix(high, bytes[at]!);
  }
  return join(low, high);
}

/**
 * Ids for rows of a file without any: a 53-bit hash of time, price, amount and side, and of how many rows of the same
 * content came before, so that reading a file again gives the same ids and equal trades of one millisecond stay apart.
 * In bounded memory: a repeat counts as one if fewer than 262,144 other contents lie between, which in a file that is
 * sorted by time is always so.
 */
export class ContentIds {
  #young = new Map<number, number>();
  #old = new Map<number, number>();

  next(ts: number, price: number, amount: number, side: number): number {
    values[0] = ts;
    values[1] = price;
    values[2] = amount;
    let low = mix(LOW_SEED, side);
    let high = mix(HIGH_SEED, side);
    for (let i = 0; i < 6; i++) {
      low = mix(low, words[i]!);
      high = mix(high, words[i]!);
    }
    const content = join(low, high);
    const before = this.#count(content);
    return before === 0 ? content : join(mix(low, before), mix(high, before));
  }

  #count(content: number): number {
    const before = this.#young.get(content) ?? this.#old.get(content) ?? 0;
    this.#young.set(content, before + 1);
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    return before;
  }
}
