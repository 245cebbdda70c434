import { expect, test } from "vitest";
import type { ParameterAxes, ParameterSet } from "./sweep-grid.ts";
import { sweepHeatMap } from "./sweep-heat-map.ts";
import type { RankedSet } from "./sweep-ranking.ts";

function ranked(set: ParameterSet, value: number | null, number = 0): RankedSet {
  return { number, run: "r", set, value, error: null, resultHash: null, figures: null };
}

test("the first two parameters that vary are shown, and of all that fall into a cell the best", () => {
  const axes: ParameterAxes = new Map([
    ["fixed", [1]],
    ["fast", [5, 10]],
    ["slow", [20, 40]],
    ["side", ["long", "short"]],
  ]);
  const sets = [
    ranked({ fixed: 1, fast: 5, slow: 20, side: "long" }, 1),
    ranked({ fixed: 1, fast: 5, slow: 20, side: "short" }, 3),
    ranked({ fixed: 1, fast: 10, slow: 40, side: "long" }, -2),
    ranked({ fixed: 1, fast: 10, slow: 40, side: "short" }, null),
  ];
  const map = sweepHeatMap("sharpe", axes, sets)!;
  expect([map.across.name, map.down.name, map.minimised]).toEqual(["fast", "slow", false]);
  expect(map.cells).toEqual([
    [3, null],
    [null, -2],
  ]);
  expect(sweepHeatMap("fees", axes, sets)!.cells[0]![0]).toBe(1);
});

test("one parameter makes a row, none nothing, and too many cells nothing", () => {
  const one: ParameterAxes = new Map([["fast", [5, 10]]]);
  expect(sweepHeatMap("sharpe", one, [ranked({ fast: 10 }, 2)])!.cells).toEqual([[null, 2]]);
  expect(sweepHeatMap("sharpe", new Map([["fast", [5]]]), [ranked({ fast: 5 }, 2)])).toBeNull();
  const many = Array.from({ length: 201 }, (_, i) => i);
  expect(
    sweepHeatMap(
      "sharpe",
      new Map([
        ["a", many],
        ["b", many],
      ]),
      [],
    ),
  ).toBeNull();
});
