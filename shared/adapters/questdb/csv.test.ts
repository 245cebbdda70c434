import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { parseCsv } from "./csv.ts";

const csv = (...lines: string[]): Buffer => Buffer.from(lines.map((line) => `${line}\r\n`).join(""));

test("columns of each kind are read, with their nulls", () => {
  const { length, columns } = parseCsv(
    csv('"a","b","c"', '1.5,"buy","-0.000000000000000001"', ",,null", '-0.0,"sell","99.000000000000000000"'),
    ["number", "text", "decimal"],
  );
  expect(length).toBe(3);
  expect(columns).toEqual([Float64Array.of(1.5, Number.NaN, -0), ["buy", null, "sell"], [-1n, null, 99n * 10n ** 18n]]);
});

test("a header alone gives no rows", () => {
  expect(parseCsv(csv('"a"'), ["number"])).toEqual({ length: 0, columns: [new Float64Array(0)] });
});

test("every double is read as the number that its text is, as JavaScript or Java writes it", () => {
  const text = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value)),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential().replace("e+", "E")),
    fc.tuple(fc.maxSafeNat(), fc.nat(30)).map(([digits, zeros]) => `0.${"0".repeat(zeros)}${digits}`),
    fc.tuple(fc.maxSafeInteger(), fc.maxSafeNat()).map(([whole, fraction]) => `${whole}.${fraction}00`),
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (texts) => {
      expect([...(parseCsv(csv("x", ...texts), ["number"]).columns[0] as Float64Array)]).toEqual(texts.map(Number));
    }),
    propertyRuns(1_000),
  );
});

test("a decimal is read exactly, or as a number rounded once", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), (value) => {
      const digits = value.toString().replace("-", "").padStart(19, "0");
      const text = `${value < 0n ? "-" : ""}${digits.slice(0, -18)}.${digits.slice(-18)}`;
      const row = csv("x", `"${text}"`);
      expect(parseCsv(row, ["decimal"]).columns[0]).toEqual([value]);
      expect([...(parseCsv(row, ["number"]).columns[0] as Float64Array)]).toEqual([Number(text)]);
    }),
    propertyRuns(300),
  );
});

test.each([
  ["ends within a row", csv('"a","b"', "1,2").subarray(0, -3)],
  ["ends within a line's end", csv('"a","b"', "1,2").subarray(0, -1)],
  ["has a row with a field less", csv('"a","b"', "1,2", "3")],
  ["has a row with a field more", csv('"a","b"', "1,2,3")],
  ["ends with an error", Buffer.concat([csv('"a","b"', "1,2"), Buffer.from('{"error":"time-out"}')])],
])("an answer that %s is refused", (_, answer) => {
  expect(() => parseCsv(answer, ["number", "number"])).toThrow("QuestDB's answer ends or breaks");
});
