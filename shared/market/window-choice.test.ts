import { expect, it } from "vitest";
import type { CandleChoice, CandleOrigin } from "./candle.ts";
import { WindowChoice } from "./window-choice.ts";

type Candidate = readonly [origin: CandleOrigin, revision: number];

/** The candidate of the window [60, 120) that is taken in the end. */
function taken(choice: CandleChoice, candidates: readonly Candidate[], dirty: { from: number; to: number }[] = []) {
  const windows = new WindowChoice(choice, dirty);
  let best: Candidate | null = null;
  for (const candidate of candidates) if (windows.offer(60, 120, ...candidate) !== "worse") best = candidate;
  return best;
}

const ALL: readonly Candidate[] = [
  ["file", 3],
  ["exchange", 2],
  ["live", 0],
  ["live", 1],
  ["rebuilt", 0],
];

it.each(["forwards", "backwards"])("takes the best and what was known, shown %s", (order) => {
  const shown = order === "forwards" ? ALL : [...ALL].reverse();
  expect(taken("best", shown)).toEqual(["rebuilt", 0]);
  expect(taken("known", shown)).toEqual(["live", 0]);
  expect(taken("best", shown, [{ from: 0, to: 61 }])).toEqual(["live", 1]);
  expect(taken("known", shown, [{ from: 119, to: 500 }])).toEqual(["live", 0]);
  expect(taken("best", shown, [{ from: 0, to: 60 }])).toEqual(["rebuilt", 0]);
  expect(taken("best", shown.slice(order === "forwards" ? 0 : 3).slice(0, 2))).toEqual(["exchange", 2]);
});

it("takes a dirty rebuilt candle where nothing is live, and begins each window anew", () => {
  expect(taken("best", [["rebuilt", 0]], [{ from: 60, to: 120 }])).toEqual(["rebuilt", 0]);
  expect(taken("known", [["rebuilt", 0]])).toEqual(["rebuilt", 0]);
  const windows = new WindowChoice("best", [{ from: 130, to: 140 }]);
  expect(windows.offer(0, 60, "rebuilt", 0)).toBe("next");
  expect(windows.offer(60, 120, "live", 0)).toBe("next");
  expect(windows.offer(60, 120, "live", 1)).toBe("better");
  expect(windows.offer(60, 120, "live", 0)).toBe("worse");
  expect(windows.offer(120, 180, "rebuilt", 0)).toBe("next");
  expect(windows.offer(120, 180, "live", 0)).toBe("better");
});
