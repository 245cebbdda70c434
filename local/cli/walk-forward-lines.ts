import { type Objective, objectiveOf } from "#shared/app/sweep-objective.ts";
import type { WalkForward } from "#shared/app/walk-forward.ts";
import { setInWords } from "./sweep-lines.ts";
import { formatMinute, formatNumber, formatPercent, renderTable } from "./table.ts";

const COLUMNS = [
  { heading: "train from (UTC)" },
  { heading: "test from" },
  { heading: "test to" },
  { heading: "best set in training" },
  { heading: "in sample", align: "right" },
  { heading: "out of sample", align: "right" },
  { heading: "return in", align: "right" },
  { heading: "return out", align: "right" },
] as const;

/** A walk forward: a row a window, and the whole. */
export function walkForwardTable(strategy: string, objective: Objective, walked: WalkForward): string {
  const rows = walked.windows.map(({ trainFrom, testFrom, testTo, set, inSample, outOfSample, error }) => [
    formatMinute(trainFrom),
    formatMinute(testFrom),
    formatMinute(testTo),
    set === null ? "none has a value" : setInWords(set),
    formatNumber(objectiveOf(objective, inSample), 4),
    error === null ? formatNumber(objectiveOf(objective, outOfSample), 4) : "failed",
    formatPercent(inSample?.totalReturn ?? null, true),
    formatPercent(outOfSample?.totalReturn ?? null, true),
  ]);
  const { outOfSample, inSampleGrowth, outOfSampleGrowth, inSampleObjective } = walked;
  const errors = walked.windows.flatMap(({ error, testFrom }) =>
    error === null ? [] : [`failed in the test from ${formatMinute(testFrom)}: ${error}`],
  );
  return [
    `${strategy}: ${walked.windows.length} windows by ${objective}`,
    "",
    renderTable(COLUMNS, rows),
    "",
    `in sample, mean of the windows:  ${objective} ${formatNumber(inSampleObjective, 4)}, growth a year ${formatPercent(inSampleGrowth, true)}`,
    `out of sample, one account:      ${objective} ${formatNumber(objectiveOf(objective, outOfSample), 4)}, growth a year ${formatPercent(outOfSampleGrowth, true)}, return ${formatPercent(outOfSample?.totalReturn ?? null, true)} (buy & hold ${formatPercent(outOfSample?.buyAndHold.totalReturn ?? null, true)}), drawdown ${formatPercent(outOfSample?.maxDrawdown ?? null)}, ${outOfSample?.trades ?? 0} trades`,
    keptInWords(inSampleGrowth, outOfSampleGrowth),
    ...errors,
  ].join("\n");
}

/** The walk-forward efficiency of Pardo: growth out of sample as a part of that in sample. */
function keptInWords(inSample: number | null, outOfSample: number | null): string {
  if (inSample === null || outOfSample === null || inSample <= 0) {
    return "How much growth is kept out of sample cannot be said: there was none in sample.";
  }
  if (outOfSample <= 0) return "Nothing of the growth in sample was kept out of sample.";
  return `${formatPercent(outOfSample / inSample)} of the growth in sample was kept out of sample.`;
}

/** A walk forward as one JSON object. */
export function walkForwardJson(walked: WalkForward): string {
  return JSON.stringify(walked);
}
