import type { ReportAssets, ReportInput } from "#shared/report/report-input.ts";
import { sampleInput } from "#shared/report/sample-input.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Sample runs by name: tiny, ordinary, long, without a trade, and failed. */
export function sampleReports(assets: ReportAssets): Map<string, ReportInput> {
  const ordinary = sampleInput({ bars: 2_000, trades: 60, barLength: HOUR }, assets);
  return new Map([
    ["tiny", sampleInput({ bars: 10, trades: 1, barLength: HOUR }, assets)],
    ["ordinary", ordinary],
    ["long", sampleInput({ bars: 500_000, trades: 10_000, barLength: MINUTE }, assets)],
    ["untraded", sampleInput({ bars: 300, trades: 0, barLength: HOUR }, assets)],
    ["failed", failedRun(ordinary)],
  ]);
}

function failedRun(input: ReportInput): ReportInput {
  const error = "TypeError: Cannot read properties of null (reading 'size')\n    at SmaCross.next (sma-cross.ts:41:27)";
  return { ...input, run: { ...input.run, status: "failed", error, resultHash: null }, figures: null, costBand: null };
}
