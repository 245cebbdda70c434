import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../testkit/property-runs.ts";
import { decodeDeadLetter, encodeDeadLetter } from "./dead-letters.ts";
import { LETTER_BYTES, RECORD_BYTES } from "./record-bytes.ts";

test("a letter holds the raw record, whatever bytes it has, and where it came from", () => {
  const letter = fc.record({
    topic: fc.string(),
    partition: fc.nat(),
    offset: fc.maxSafeNat(),
    key: fc.string(),
    row: fc.option(fc.nat()),
    reason: fc.string({ unit: "binary" }),
    value: fc.option(fc.uint8Array()),
  });
  const property = fc.property(letter, (sent) => {
    expect(decodeDeadLetter(encodeDeadLetter(sent))).toEqual(sent);
    const json = JSON.parse(new TextDecoder().decode(encodeDeadLetter(sent))) as Record<string, unknown>;
    const value = sent.value === null ? null : Buffer.from(sent.value).toString("base64");
    expect(json).toEqual({ v: 1, kind: "dead-letter", ...sent, value });
  });
  fc.assert(property, propertyRuns(200));
});

test.each([
  ["value", { key: "", value: new Uint8Array(RECORD_BYTES) }],
  ["key", { key: "\u0001".repeat(RECORD_BYTES), value: null }],
])("a letter holds the greatest record whole, all of it %s, whatever its reason repeats", (_, record) => {
  const sent = { topic: "ticks", partition: 3, offset: 2 ** 53 - 1, row: 999_999, ...record };
  const letter = encodeDeadLetter({ ...sent, reason: `kind is ${'"'.repeat(RECORD_BYTES)}: no such kind` });
  expect(letter.length).toBeLessThan(LETTER_BYTES - 10_000);
  expect(decodeDeadLetter(letter)).toEqual({ ...sent, reason: `kind is ${'"'.repeat(992)}` });
});
