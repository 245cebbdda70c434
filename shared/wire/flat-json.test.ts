import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { parseFlatJson } from "./flat-json.ts";

const COLUMNS = new Set(["id", "price"]);
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** What the parser gives, with lists in place of columns; null where it leaves the text to JSON.parse. */
function parsed(bytes: Uint8Array): unknown {
  const json = parseFlatJson(bytes, COLUMNS);
  if (json === null) return null;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, value instanceof Float64Array ? [...value] : value]),
  );
}

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer({ min: 0, max: 1e9 }).map((cents) => cents / 100),
);
const record = fc.record({
  kind: fc.string({ unit: "grapheme" }),
  v: fc.oneof(number, fc.boolean(), fc.constant(null)),
  id: fc.array(number),
  price: fc.array(number),
});

it("parses as JSON.parse does what is written plainly", () => {
  const property = fc.property(record, (sent) => {
    const text = JSON.stringify(sent);
    const json = parsed(bytesOf(text));
    if (json !== null || !text.includes("\\")) expect(json).toEqual(JSON.parse(text));
  });
  fc.assert(property, propertyRuns(500));
});

it("makes room for columns of any length", () => {
  const id = Array.from({ length: 5_000 }, (_, i) => i / 8);
  expect(parsed(bytesOf(JSON.stringify({ price: id, id })))).toEqual({ price: id, id });
});

it("never takes for JSON what JSON.parse refuses, nor reads it otherwise", () => {
  const tokens = '{}[]",:.-+eE0123456789 \\ntrue\u0000\u0001\uFEFF\u00E9'.split("");
  const change = fc.record({
    at: fc.nat(),
    cut: fc.nat(3),
    put: fc.array(fc.constantFrom(...tokens), { maxLength: 3 }),
  });
  const property = fc.property(record, fc.array(change, { minLength: 1, maxLength: 3 }), (sent, changes) => {
    const bytes = changes.reduce(
      (some, { at, cut, put }) => {
        const place = at % (some.length + 1);
        return Buffer.concat([some.subarray(0, place), bytesOf(put.join("")), some.subarray(place + cut)]);
      },
      Buffer.from(JSON.stringify(sent)),
    );
    const json = parsed(bytes);
    // A byte order mark before the whole is no matter of JSON.
    if (json !== null) expect(json).toEqual(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  });
  fc.assert(property, propertyRuns(3_000));
});

const PLAIN: readonly (readonly [string, number])[] = [
  ["0", 0],
  ["-0", -0],
  ["-12.50", -12.5],
  ["123456789012345", 123456789012345],
  ["0.00000000000001", 1e-14],
  ["0.1234567890123456789", 0.12345678901234568],
  ["9007199254740993", 9007199254740992],
  ["1e3", 1_000],
  ["1.5E-3", 0.0015],
  ["1e400", Number.POSITIVE_INFINITY],
];
it.each(PLAIN)("reads the number %s", (text, value) => {
  expect(parseFlatJson(bytesOf(`{"id":[${text}]}`), COLUMNS)).toEqual({ id: Float64Array.of(value) });
});

it.each(["01", "-", "1.", ".5", "+1", "1e", "0x1", " 1", "1,", ",1", "null", '"1"', "[1]", "NaN", "--1"])(
  "leaves a list of %s to JSON.parse",
  (text) => {
    expect(parseFlatJson(bytesOf(`{"id":[${text}]}`), COLUMNS)).toBeNull();
  },
);

it.each([
  "",
  "{",
  "{}",
  "[]",
  '{"id":[1]',
  '{"id":[1]}x',
  '{"id":[1',
  '{"id":[',
  '{"a":{}}',
  '{"other":[1]}',
  '{"a":}',
])("leaves %s to JSON.parse", (text) => {
  expect(parseFlatJson(bytesOf(text), COLUMNS)).toBeNull();
});

it("leaves bytes that are no text to JSON.parse", () => {
  for (const rest of ['"}', '"5}', '5"}']) {
    expect(parseFlatJson(Uint8Array.of(...bytesOf('{"a":"'), 0xff, ...bytesOf(rest)), COLUMNS)).toBeNull();
  }
});
