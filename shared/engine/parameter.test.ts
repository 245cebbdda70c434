import { expect, expectTypeOf, test } from "vitest";
import { bool, choice, float, int, type ParametersOf, parseParameter, resolveParameters } from "./parameter.ts";

const spec = {
  fast: int(10, { min: 2, max: 200 }),
  share: float(0.5, { min: 0, max: 1 }),
  mode: choice("long", ["long", "both"]),
  strict: bool(false),
};

test("values take the initial ones' place, in the order of the spec", () => {
  expectTypeOf<ParametersOf<typeof spec>>().toEqualTypeOf<{
    readonly fast: number;
    readonly share: number;
    readonly mode: "long" | "both";
    readonly strict: boolean;
  }>();
  const values = resolveParameters(spec, { mode: "both", fast: 20 }, "Mine");
  expect(Object.entries(values)).toEqual([
    ["fast", 20],
    ["share", 0.5],
    ["mode", "both"],
    ["strict", false],
  ]);
});

test("what is not allowed is refused with what is", () => {
  const bad: [Record<string, number | string | boolean>, string][] = [
    [{ quick: 1 }, "strategy Mine has no parameter 'quick': it has fast, share, mode, strict"],
    [{ fast: 1 }, "parameter fast of Mine is 1: give a whole number from 2 to 200"],
    [{ fast: 2.5 }, "a whole number"],
    [{ share: Number.NaN }, "a number from 0 to 1"],
    [{ mode: "short" }, 'is "short": give one of long both'],
    [{ strict: "true" }, "true or false"],
    [{ toString: 1 }, "no parameter 'toString'"],
  ];
  for (const [given, message] of bad) expect(() => resolveParameters(spec, given, "Mine")).toThrow(message);
});

test("texts become values of the parameter's kind", () => {
  expect(parseParameter("fast", spec.fast, "20")).toBe(20);
  expect(parseParameter("share", spec.share, "0.25")).toBe(0.25);
  expect(parseParameter("mode", spec.mode, "both")).toBe("both");
  expect(parseParameter("strict", spec.strict, "true")).toBe(true);
  for (const text of ["", "x", "1e3", "0x"])
    expect(() => parseParameter("fast", spec.fast, text)).toThrow("parameter fast is");
  expect(() => parseParameter("strict", spec.strict, "yes")).toThrow("give true or false");
});
