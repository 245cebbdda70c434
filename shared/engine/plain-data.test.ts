import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { checkPlainData, readPlainData, writePlainData } from "./plain-data.ts";
import { SnapshotReader, SnapshotWriter } from "./snapshot.ts";

function bytesOf(value: unknown): Uint8Array {
  const writer = new SnapshotWriter();
  writePlainData(writer, value, "state");
  return writer.bytes();
}

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, undefined, true, false, Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    fc.double(),
    fc.string({ unit: "binary" }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

test("plain data comes back the same, with the same bytes and order of keys", () => {
  fc.assert(
    fc.property(plain.value, (value) => {
      const bytes = bytesOf(value);
      const reader = new SnapshotReader(bytes);
      const back = readPlainData(reader);
      expect(reader.finished).toBe(true);
      expect(back).toStrictEqual(value);
      expect(Buffer.compare(bytesOf(back), bytes)).toBe(0);
    }),
    propertyRuns(200),
  );
});

test("the key __proto__ is a key like any other", () => {
  const value = JSON.parse('{"__proto__":{"a":1}}') as unknown;
  expect(Object.keys(readPlainData(new SnapshotReader(bytesOf(value))) as object)).toEqual(["__proto__"]);
});

test("everything else is refused with its place", () => {
  const shared = { a: 1 };
  const circle: unknown[] = [];
  circle.push(circle);
  const bad: [unknown, string][] = [
    [{ a: [new Map()] }, "state.a[0] is a Map"],
    [{ f: () => 1 }, "state.f is a function"],
    [{ n: 1n }, "state.n is a bigint"],
    [{ x: shared, y: shared }, "state.y is an object that is held twice"],
    [circle, "held twice"],
  ];
  for (const [value, message] of bad) {
    expect(() => checkPlainData(value, "state")).toThrow(message);
    expect(() => bytesOf(value)).toThrow(message);
  }
});
