import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../testkit/property-runs.ts";
import { decodeDeadLetter, encodeDeadLetter } from "./dead-letters.ts";

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
