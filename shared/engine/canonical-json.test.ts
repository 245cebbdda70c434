import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

test("equal values have one text", () => {
  expect(canonicalJson({ b: [1, "ü", null, true], a: { d: 0.1, c: 1e21 } })).toBe(
    '{"a":{"c":1e+21,"d":0.1},"b":[1,"ü",null,true]}',
  );
  expect(canonicalJson({ 10: 1, 9: 2, a: -0 })).toBe('{"10":1,"9":2,"a":0}');
});

test("what JSON cannot carry is refused", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => canonicalJson([value])).toThrow("no canonical JSON");
  expect(() => canonicalJson("\ud800")).toThrow("half a character");
});
