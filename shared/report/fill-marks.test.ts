import { expect, test } from "vitest";
import type { FillRow } from "../engine/run-events.ts";
import { mergeCandles } from "./decimate.ts";
import { fillMarks } from "./fill-marks.ts";
import { sampleCandles } from "./sample-run.ts";

const candles = sampleCandles({ bars: 6, trades: 0, barLength: 60_000 });

function fillAt(bar: number, size: number, price: number): FillRow {
  return { seq: bar, time: candles.closeTime[bar]! - 1, order: 1, feed: "data", size, price, fee: 0, pnl: 0 };
}

test("tells what opens a position from what closes it, on either side", () => {
  const fills = [fillAt(0, 1, 10), fillAt(1, 1, 10), fillAt(2, -2, 10), fillAt(3, -1, 10), fillAt(4, 1, 10)];
  const marks = fillMarks(fills, mergeCandles(candles, 10));
  expect(marks.map((mark) => [mark.bar, mark.side, mark.role])).toEqual([
    [0, "buy", "entry"],
    [1, "buy", "entry"],
    [2, "sell", "exit"],
    [3, "sell", "entry"],
    [4, "buy", "exit"],
  ]);
});

test("a fill that leaves nothing but rounding closes, one that turns a position around enters", () => {
  const bars = mergeCandles(candles, 10);
  expect(fillMarks([fillAt(0, 0.1, 10), fillAt(1, 0.2, 10), fillAt(2, -0.3, 10)], bars)[2]?.role).toBe("exit");
  expect(fillMarks([fillAt(0, 1, 10), fillAt(1, -0.5, 10), fillAt(2, -2, 10)], bars).map((mark) => mark.role)).toEqual([
    "entry",
    "exit",
    "entry",
  ]);
});

test("fills of one drawn bar are one mark with their mean price", () => {
  const marks = fillMarks([fillAt(0, 1, 10), fillAt(1, 3, 20), fillAt(2, 1, 5)], mergeCandles(candles, 3));
  expect(marks).toEqual([
    { bar: 0, side: "buy", role: "entry", fills: 2, size: 4, price: 17.5 },
    { bar: 1, side: "buy", role: "entry", fills: 1, size: 1, price: 5 },
  ]);
});

test("fills outside all bars are left out", () => {
  const late = { ...fillAt(5, 1, 10), time: candles.closeTime[5]! };
  expect(fillMarks([late], mergeCandles(candles, 10))).toEqual([]);
  expect(fillMarks([fillAt(0, 1, 10)], mergeCandles(sampleCandles({ bars: 0, trades: 0, barLength: 1 }), 10))).toEqual(
    [],
  );
});
