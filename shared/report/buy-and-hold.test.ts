import { expect, test } from "vitest";
import { holdValues } from "./buy-and-hold.ts";
import { sampleCandles } from "./sample-run.ts";

const candles = sampleCandles({ bars: 4, trades: 0, barLength: 60_000 });

test("follows the close and ends at the final value", () => {
  const time = candles.closeTime.map((end) => end - 1);
  const values = holdValues(time, candles, 12_000);
  expect(values[3]).toBeCloseTo(12_000, 9);
  expect(values[1]! / values[3]!).toBeCloseTo(candles.close[1]! / candles.close[3]!, 12);
});

test("is unknown before the first candle ends, and without candles", () => {
  const early = Float64Array.of(candles.closeTime[0]! - 2, candles.closeTime[0]! - 1);
  expect([...holdValues(early, candles, 100)].map(Number.isNaN)).toEqual([true, false]);
  const none = sampleCandles({ bars: 0, trades: 0, barLength: 60_000 });
  expect([...holdValues(early, none, 100)]).toEqual([Number.NaN, Number.NaN]);
});
