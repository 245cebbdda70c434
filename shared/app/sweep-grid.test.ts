import { expect, test } from "vitest";
import type { ParameterValue } from "../engine/parameter.ts";
import { bool, choice, float, int } from "../engine/parameter.ts";
import { parameterSets, parseAxes } from "./sweep-grid.ts";
import { compareObjectives, parseObjective } from "./sweep-objective.ts";

const parameters = {
  fast: int(10, { min: 2, max: 200 }),
  slow: int(30, { min: 3, max: 500 }),
  share: float(0.5, { min: 0, max: 1 }),
  side: choice("long", ["long", "short"]),
  exact: bool(false),
};
const strategy = {
  name: "Sample",
  parameters,
  valid: (params: Readonly<Record<string, ParameterValue>>) => (params["fast"] as number) < (params["slow"] as number),
};
const values = (text: string) => [...parseAxes("sample", parameters, [text]).values()][0];

test("ranges include their end, decimals stay exact, lists and single values are taken", () => {
  expect(values("fast=5:20:5")).toEqual([5, 10, 15, 20]);
  expect(values("fast=5:19:5")).toEqual([5, 10, 15]);
  expect(values("share=0.1:0.7:0.1")).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  expect(values("fast=7:7:1")).toEqual([7]);
  expect(values("fast=9,3,9")).toEqual([9, 3]);
  expect(values("side=short,long")).toEqual(["short", "long"]);
  expect(values("exact=true,false")).toEqual([true, false]);
});

test.each([
  ["fast=5:50:0", /step of 0 and never ends/],
  ["fast=5:50:-1", /step of -1, which must be above 0/],
  ["fast=50:5:1", /begins at 50, after its end 5/],
  ["fast=5:50", /2 numbers, not 3/],
  ["fast=5:x:1", /three finite numbers/],
  ["fast=5:Infinity:1", /three finite numbers/],
  ["share=0:1:1e-12", /1,000,000,000,001 values/],
  ["fast=1:5:1", /fast is '1': give a whole number from 2 to 200/],
  ["fast=5:8:0.5", /fast is '5.5'/],
  ["side=up", /one of long short/],
  ["fast", /name=from:to:step/],
  ["quick=1", /no parameter 'quick': it has fast \(a whole number from 2 to 200\)/],
])("refuses %s", (text, message) => {
  expect(() => parseAxes("sample", parameters, [text])).toThrow(message);
});

test("combinations leave out what the strategy calls invalid, with the initial values of what is not swept", () => {
  const sets = parameterSets(strategy, parseAxes("sample", parameters, ["fast=10:30:10", "slow=20,40"]));
  expect(sets).toEqual([
    { fast: 10, slow: 20 },
    { fast: 10, slow: 40 },
    { fast: 20, slow: 40 },
    { fast: 30, slow: 40 },
  ]);
  expect(parameterSets(strategy, parseAxes("sample", parameters, ["fast=20:40:10"]))).toEqual([{ fast: 20 }]);
  expect(parameterSets(strategy, new Map())).toEqual([{}]);
  expect(() => parameterSets(strategy, parseAxes("sample", parameters, ["fast=100"]))).toThrow(/none of the 1 sets/);
});

test("too many sets are refused with their count", () => {
  const axes = parseAxes("sample", parameters, ["fast=2:200:1", "slow=3:500:1", "share=0:1:0.05"]);
  expect(() => parameterSets(strategy, axes)).toThrow(/2,081,142 sets \(fast 199 × slow 498 × share 21\)/);
  expect(() => parseAxes("sample", parameters, ["fast=2", "fast=3"])).toThrow(/given twice/);
});

test("objectives are figures, drawdowns the smaller the better, unknown values last", () => {
  expect([1, null, 3].sort((a, b) => compareObjectives(parseObjective("sharpe"), a, b))).toEqual([3, 1, null]);
  expect([1, null, 3].sort((a, b) => compareObjectives(parseObjective("maxDrawdown"), a, b))).toEqual([1, 3, null]);
  expect(() => parseObjective("monthly")).toThrow(/'monthly' is not known: use one of sharpe sortino/);
});
