import { expect, test } from "vitest";
import { checkSizer, type SizerSettings, sizedUnits } from "./sizer.ts";

test("sizes are backtrader's", () => {
  const sizes = (settings: SizerSettings): number[] => [
    sizedUnits(settings, { cash: 1000, held: 0, price: 30 }),
    sizedUnits(settings, { cash: 1000, held: -7, price: 30 }),
  ];
  expect(sizes({ type: "fixedSize", stake: 3 })).toEqual([3, 3]);
  expect(sizes({ type: "fixedReverser", stake: 3 })).toEqual([3, 6]);
  expect(sizes({ type: "percentSizerInt", percents: 50 })).toEqual([16, 7]);
  expect(sizes({ type: "allInSizer" })).toEqual([1000 / 30, 7]);
  expect(sizes({ type: "percentSizer" })).toEqual([200 / 30, 7]);
  expect(sizedUnits({ type: "allInSizerInt" }, { cash: -5, held: 0, price: 30 })).toBe(0);
});

test("a sizer without a size is refused", () => {
  expect(() => checkSizer({ type: "fixedSize" } as never)).toThrow("give fixedSize");
  expect(() => checkSizer({ type: "percentSizer", percents: -1 })).toThrow("percents above 0");
});
