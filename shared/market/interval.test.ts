import { expect, test } from "vitest";
import { type Interval, joinIntervals } from "./interval.ts";

const span = (from: number, to: number): Interval => ({ from, to });

test.each<[string, Interval[], Interval[]]>([
  ["nothing", [], []],
  ["one", [span(1, 2)], [span(1, 2)]],
  ["sorted", [span(5, 6), span(1, 2)], [span(1, 2), span(5, 6)]],
  ["overlapping", [span(1, 4), span(3, 6)], [span(1, 6)]],
  ["touching", [span(1, 4), span(4, 6)], [span(1, 6)]],
  ["one inside another", [span(1, 9), span(3, 4), span(8, 9)], [span(1, 9)]],
  ["empty and reversed ones say nothing", [span(3, 3), span(9, 4)], []],
  ["negative times", [span(-2, 1), span(-5, -2)], [span(-5, 1)]],
])("%s", (_, spans, joined) => {
  const given = structuredClone(spans);
  expect(joinIntervals(spans)).toEqual(joined);
  expect(spans).toEqual(given);
});
