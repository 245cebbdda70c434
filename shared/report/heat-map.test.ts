import { expect, test } from "vitest";
import { type HeatMapInput, heatMap } from "./heat-map.ts";
import { renderSweepReport } from "./heat-map-page.ts";

const INPUT: HeatMapInput = {
  objective: "sharpe",
  minimised: false,
  across: { name: "fast", values: [5, 10] },
  down: { name: "slow", values: [20, 40] },
  cells: [
    [1, null],
    [3, 2],
  ],
};

/** Each cell as its text, the strength of its colour, and whether it is outlined. */
function cellsOf(input: HeatMapInput): (string | null)[][] {
  const cells = [...heatMap(input).text.matchAll(/<td([^>]*)>([^<]*)<\/td>/g)];
  return cells.map(([, attributes, text]) => [
    text ?? null,
    /--gain\) (\d+)%/.exec(attributes!)?.[1] ?? null,
    attributes!.includes("outline") ? "best" : null,
  ]);
}

test("the better a cell the stronger its colour, the best outlined, the unknown bare", () => {
  expect(cellsOf(INPUT)).toEqual([
    ["1.00", "0", null],
    ["–", null, null],
    ["3.00", "78", "best"],
    ["2.00", "39", null],
  ]);
  expect(cellsOf({ ...INPUT, minimised: true }).map(([text, , best]) => [text, best])).toEqual([
    ["1.00", "best"],
    ["–", null],
    ["3.00", null],
    ["2.00", null],
  ]);
});

test("a cell says which values it stands for, and equal cells have no colour", () => {
  expect(heatMap(INPUT).text).toContain('title="fast 10, slow 40: sharpe 2"');
  const flat = {
    ...INPUT,
    cells: [
      [2, 2],
      [2, 2],
    ],
  };
  expect(cellsOf(flat).every(([, strength]) => strength === "0")).toBe(true);
  const none = {
    ...INPUT,
    cells: [
      [null, null],
      [null, null],
    ],
  };
  expect(cellsOf(none).map(([text]) => text)).toEqual(["–", "–", "–", "–"]);
});

test("no text of a sweep can leave its place in the page", () => {
  const evil = '"><script>alert(1)</script>';
  const page = renderSweepReport({
    strategy: evil,
    subject: evil,
    objective: evil,
    sets: 4,
    failed: 1,
    warning: evil,
    heatMap: { ...INPUT, objective: evil, across: { name: evil, values: [evil, true] } },
    heatMapNote: evil,
    best: [{ run: evil, params: evil, value: 1, totalReturn: 0.5, maxDrawdown: 0.1, sharpe: null, trades: 3 }],
  });
  expect(page).not.toContain("<script");
  expect(page).toContain("default-src 'none'");
  expect(page).toContain("4 sets of parameters, ranked by");
  expect(page).toContain("; 1 failed");
});
