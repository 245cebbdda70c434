import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteReader, ByteWriter } from "./bytes.ts";

type Item =
  | { kind: "byte" | "double" | "integer"; value: number }
  | { kind: "bigInteger"; value: bigint }
  | { kind: "text"; value: string };

function write(items: readonly Item[]): Uint8Array {
  const out = new ByteWriter();
  for (const item of items) {
    if (item.kind === "bigInteger") out.bigInteger(item.value);
    else if (item.kind === "text") out.text(item.value);
    else out[item.kind](item.value);
  }
  return out.finish();
}

describe("bytes", () => {
  test("come back as they were written, whatever their order", () => {
    const item: fc.Arbitrary<Item> = fc.oneof(
      fc.record({ kind: fc.constant("byte" as const), value: fc.nat(255) }),
      fc.record({ kind: fc.constant("double" as const), value: fc.double() }),
      fc.record({ kind: fc.constant("integer" as const), value: fc.maxSafeInteger() }),
      fc.record({ kind: fc.constant("bigInteger" as const), value: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }) }),
      fc.record({ kind: fc.constant("text" as const), value: fc.string({ unit: "grapheme", maxLength: 40 }) }),
    );
    fc.assert(
      fc.property(fc.array(item, { maxLength: 200 }), (items) => {
        const input = new ByteReader(write(items));
        for (const { kind, value } of items) expect(input[kind]()).toBe(value);
        expect(() => input.byte()).toThrow(RangeError);
      }),
    );
  });

  test.each([0, 1, 63, 64, 8191, 8192, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -1, -64, -65, -(2 ** 53 - 1)])(
    "integer %d",
    (value) => {
      const bytes = write([{ kind: "integer", value }]);
      expect(new ByteReader(bytes).integer()).toBe(value);
      expect(bytes.length).toBeLessThanOrEqual(8);
      if (Math.abs(value) < 64) expect(bytes.length).toBe(1);
    },
  );

  test.each([0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 10n ** 38n, 2n ** 128n - 1n])("big integer %d", (value) => {
    expect(new ByteReader(write([{ kind: "bigInteger", value }])).bigInteger()).toBe(value);
  });

  test.each([-1n, 2n ** 128n])("big integer %d is refused", (value) => {
    expect(() => write([{ kind: "bigInteger", value }])).toThrow(RangeError);
  });

  test.each([NaN, -0, Infinity, -Infinity, 5e-324])("double %d keeps its bits", (value) => {
    expect(Object.is(new ByteReader(write([{ kind: "double", value }])).double(), value)).toBe(true);
  });

  test("texts and doubles that are cut short are refused", () => {
    const text = write([{ kind: "text", value: "Zürich 🏔" }]);
    expect(new ByteReader(text).text()).toBe("Zürich 🏔");
    expect(() => new ByteReader(text.subarray(0, text.length - 1)).text()).toThrow(RangeError);
    expect(() => new ByteReader(new Uint8Array(7)).double()).toThrow(RangeError);
  });

  test("a reader reads a part of a larger buffer", () => {
    const whole = new Uint8Array(20).fill(255);
    whole.set(write([{ kind: "double", value: 1.5 }]), 5);
    expect(new ByteReader(whole.subarray(5, 13)).double()).toBe(1.5);
  });
});
