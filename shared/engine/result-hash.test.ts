import { expect, test } from "vitest";
import { ResultHash } from "./result-hash.ts";
import { SnapshotReader, SnapshotWriter } from "./snapshot.ts";

/** MurmurHash3_x86_128 written out plainly after its description, over whole 16-byte blocks, seed 0. */
function plainMurmur(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer);
  const c = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93];
  const rotationsOfKey = [15, 16, 17, 18];
  const rotations = [19, 17, 15, 13];
  const added = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17];
  const rotate = (x: number, by: number): number => ((x << by) | (x >>> (32 - by))) >>> 0;
  const h = [0, 0, 0, 0];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    for (let lane = 0; lane < 4; lane++) {
      let key = view.getUint32(offset + 4 * lane, true);
      key = Math.imul(rotate(Math.imul(key, c[lane]!), rotationsOfKey[lane]!), c[(lane + 1) % 4]!);
      h[lane] = Math.imul(rotate(h[lane]! ^ key, rotations[lane]!) + h[(lane + 1) % 4]!, 5) + added[lane]!;
    }
  }
  const mix = (): void => {
    for (const lane of [1, 2, 3]) h[0] = (h[0]! + h[lane]!) >>> 0;
    for (const lane of [1, 2, 3]) h[lane] = (h[lane]! + h[0]!) >>> 0;
  };
  for (let lane = 0; lane < 4; lane++) h[lane] = (h[lane]! ^ bytes.length) >>> 0;
  mix();
  for (let lane = 0; lane < 4; lane++) {
    let x = h[lane]!;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    h[lane] = (x ^ (x >>> 16)) >>> 0;
  }
  mix();
  return h.map((lane) => lane.toString(16).padStart(8, "0")).join("");
}

test("is MurmurHash3_x86_128 over the numbers' bytes", () => {
  const numbers = Float64Array.of(1, -0, 1e300, Number.POSITIVE_INFINITY, 0.1, 123.456);
  const hash = new ResultHash();
  hash.pairs(
    numbers.filter((_, i) => i % 2 === 0),
    numbers.filter((_, i) => i % 2 === 1),
    0,
    3,
  );
  expect(hash.digest()).toBe(plainMurmur(new Uint8Array(numbers.buffer)));
});

test("every NaN counts the same, and as 7ff8000000000000", () => {
  const odd = new Float64Array(Uint32Array.of(1, 0xfff80000).buffer)[0]!;
  const plain = new ResultHash();
  plain.pair(Number.NaN, 1);
  const other = new ResultHash();
  other.pair(odd, 1);
  expect(other.digest()).toBe(plain.digest());
  expect(plain.digest()).toBe(plainMurmur(new Uint8Array(Uint32Array.of(0, 0x7ff80000, 0, 0x3ff00000).buffer)));
});

test("goes on from a snapshot", () => {
  const whole = new ResultHash();
  const part = new ResultHash();
  for (let i = 0; i < 10; i++) whole.pair(i, 1 / i);
  for (let i = 0; i < 4; i++) part.pair(i, 1 / i);
  const writer = new SnapshotWriter();
  part.save(writer);
  const rest = new ResultHash();
  rest.load(new SnapshotReader(writer.bytes()));
  for (let i = 4; i < 10; i++) rest.pair(i, 1 / i);
  expect(rest.digest()).toBe(whole.digest());
});
