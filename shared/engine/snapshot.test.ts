import fc from "fast-check";
import { expect, test } from "vitest";
import { SnapshotReader, SnapshotWriter } from "./snapshot.ts";

test("numbers and texts come back with every bit, past the first scratch memory", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double(), fc.string({ unit: "binary" }), fc.constant(null))), (values) => {
      const writer = new SnapshotWriter();
      const padding = new Float64Array(9000).fill(0.5);
      writer.numbers(padding, 1, 9000);
      for (const value of values) {
        if (typeof value === "number") writer.number(value);
        else writer.optionalText(value);
      }
      const reader = new SnapshotReader(writer.bytes());
      reader.numbers(new Float64Array(9000), 0, 8999);
      for (const value of values) {
        const read = typeof value === "number" ? reader.number() : reader.optionalText();
        expect(Object.is(read, value)).toBe(true);
      }
      expect(reader.finished).toBe(true);
      expect(() => reader.number()).toThrow("ends too early");
    }),
  );
});

test("every NaN is written with the same bits", () => {
  const odd = new Float64Array(Uint32Array.of(7, 0xfff80001).buffer);
  const bytes = [odd[0]!, Number.NaN].map((value) => {
    const writer = new SnapshotWriter();
    writer.number(value);
    writer.numbers(Float64Array.of(value), 0, 1);
    return [...writer.bytes()];
  });
  expect(bytes[0]).toEqual(bytes[1]);
  expect(bytes[0]).toEqual([0, 0, 0, 0, 0, 0, 248, 127, 0, 0, 0, 0, 0, 0, 248, 127]);
});

test("reads from bytes at any place in their memory", () => {
  const writer = new SnapshotWriter();
  writer.number(Math.PI);
  const shifted = new Uint8Array(11);
  shifted.set(writer.bytes(), 3);
  expect(new SnapshotReader(shifted.subarray(3)).number()).toBe(Math.PI);
});
