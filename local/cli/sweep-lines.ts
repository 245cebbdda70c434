import type { RunPlan } from "#shared/app/run-plan.ts";
import type { DeflatedSharpe } from "#shared/app/sweep-deflated-sharpe.ts";
import type { ParameterAxes, ParameterSet } from "#shared/app/sweep-grid.ts";
import { MOST_CELLS, sweepHeatMap } from "#shared/app/sweep-heat-map.ts";
import type { Objective } from "#shared/app/sweep-objective.ts";
import type { RankedSet } from "#shared/app/sweep-ranking.ts";
import { feedKey } from "#shared/market/instrument.ts";
import type { HeatMapInput } from "#shared/report/heat-map.ts";
import { renderSweepReport } from "#shared/report/heat-map-page.ts";
import { sharpeNote } from "./run-lines.ts";
import { type Column, formatNumber, formatPercent, renderTable } from "./table.ts";

/** Reasons of failed sets that a table shows. */
const SHOWN_FAILURES = 5;
/** Sets in the report's table. */
const REPORTED = 50;
/** Below it, the best set may well be luck. */
const CONFIDENT = 0.95;

/** A figure in the table besides the objective. */
interface Figure {
  readonly heading: string;
  /** The objective that is the same figure; null for none. */
  readonly objective: Objective | null;
  readonly cell: (figures: NonNullable<RankedSet["figures"]> | null) => string;
}

const FIGURES: readonly Figure[] = [
  {
    heading: "return",
    objective: "totalReturn",
    cell: (figures) => formatPercent(figures?.totalReturn ?? null, true),
  },
  {
    heading: "buy & hold",
    objective: null,
    cell: (figures) => formatPercent(figures?.buyAndHold.totalReturn ?? null, true),
  },
  { heading: "drawdown", objective: "maxDrawdown", cell: (figures) => formatPercent(figures?.maxDrawdown ?? null) },
  { heading: "Sharpe", objective: "sharpe", cell: (figures) => formatNumber(figures?.sharpe ?? null, 2) },
  { heading: "trades", objective: null, cell: (figures) => formatNumber(figures?.trades ?? null, 0) },
];

/** A set as `fast=10 slow=30`. */
export function setInWords(set: ParameterSet): string {
  return Object.entries(set)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** The best sets as a table, and why others failed. */
export function sweepTable(
  objective: Objective,
  axes: ParameterAxes,
  ranked: readonly RankedSet[],
  top: number,
): string {
  const names = [...axes.keys()];
  const further = FIGURES.filter((figure) => figure.objective !== objective);
  const columns: Column[] = [
    { heading: "#", align: "right" },
    ...names.map((heading) => ({ heading, align: "right" as const })),
    { heading: objective, align: "right" },
    ...further.map(({ heading }) => ({ heading, align: "right" as const })),
    { heading: "run" },
  ];
  const failed = ranked.filter(({ error }) => error !== null);
  const best = ranked.slice(0, Math.min(top, ranked.length - failed.length));
  const rows = best.map((each, i) => [
    String(i + 1),
    ...names.map((name) => String(each.set[name])),
    formatNumber(each.value, 4),
    ...further.map(({ cell }) => cell(each.figures)),
    each.run,
  ]);
  const failures = failed.slice(0, SHOWN_FAILURES).map(({ set, error }) => `failed: ${setInWords(set)}: ${error}`);
  if (failed.length > SHOWN_FAILURES)
    failures.push(`… and ${failed.length - SHOWN_FAILURES} more failed; --json tells all`);
  return [renderTable(columns, rows), ...sharpeNote(best.map(({ figures }) => figures)), ...failures].join("\n");
}

/** A set as one JSON object. */
export function sweepJson({ run, set, value, error, resultHash, figures }: RankedSet): string {
  return JSON.stringify({ run, params: set, objective: value, error, resultHash, figures });
}

const CSV_FIGURES = [
  "finalValue",
  "totalReturn",
  "cagr",
  "sharpe",
  "sortino",
  "calmar",
  "maxDrawdown",
  "profitFactor",
  "trades",
  "winRate",
  "exposure",
  "turnover",
  "fees",
] as const;

/** Writes all sets as CSV with headings. */
export async function sweepCsv(
  axes: ParameterAxes,
  ranked: readonly RankedSet[],
  write: (line: string) => Promise<void>,
): Promise<void> {
  const names = [...axes.keys()];
  await write([...names, "objective", ...CSV_FIGURES, "run", "resultHash", "error"].join(","));
  for (const { run, set, value, error, resultHash, figures } of ranked) {
    const cells = [
      ...names.map((name) => set[name]),
      value,
      ...CSV_FIGURES.map((name) => figures?.[name] ?? null),
      run,
      resultHash,
      error,
    ];
    await write(cells.map((cell) => csvCell(cell ?? null)).join(","));
  }
}

function csvCell(value: string | number | boolean | null): string {
  const text = value === null ? "" : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What to think of the best of so many sets. */
export function luckInWords(best: RankedSet | null, sets: number, luck: DeflatedSharpe | null): string {
  if (best === null || best.error !== null) return "No set came to an end.";
  if (sets === 1) return "One set alone was run: nothing was chosen, and luck had one try.";
  const start = `${formatNumber(sets, 0)} sets were tried, and the best of many is the luckiest of them, too.`;
  if (luck === null) return `${start} How much is luck cannot be said: that needs 30 days and two sets that differ.`;
  const verdict =
    luck.probability >= CONFIDENT
      ? "more than luck explains, on these data"
      : "not enough to tell skill from luck (0.95 would be)";
  return `${start} Without skill, the best of as many would show a Sharpe ratio of about ${formatNumber(luck.expectedByLuck, 2)}; this one shows ${formatNumber(best.figures?.sharpe ?? null, 2)}. Deflated Sharpe ratio ${formatNumber(luck.probability, 3)}: ${verdict}. Try it on other data, or walk forward with --train and --test.`;
}

/** The report of a sweep as a page. */
export function sweepReport(
  plan: RunPlan,
  objective: Objective,
  axes: ParameterAxes,
  ranked: readonly RankedSet[],
  warning: string,
): string {
  const map = sweepHeatMap(objective, axes, ranked);
  const best = ranked.filter(({ error }) => error === null).slice(0, REPORTED);
  return renderSweepReport({
    strategy: plan.strategy,
    subject: plan.feeds.map(({ feed }) => feedKey(feed)).join(", "),
    objective,
    sets: ranked.length,
    failed: ranked.filter(({ error }) => error !== null).length,
    warning,
    heatMap: map,
    heatMapNote: heatMapNote(axes, map),
    best: best.flatMap(({ run, set, value, figures }) =>
      figures === null
        ? []
        : [
            {
              run,
              params: setInWords(set),
              value,
              totalReturn: figures.totalReturn,
              maxDrawdown: figures.maxDrawdown,
              sharpe: figures.sharpe,
              trades: figures.trades,
            },
          ],
    ),
  });
}

/** What a heat map does not show, in words; null for nothing. */
function heatMapNote(axes: ParameterAxes, map: HeatMapInput | null): string | null {
  const varied = [...axes].filter(([, values]) => values.length > 1).map(([name]) => name);
  if (varied.length === 0) return null;
  if (map === null)
    return `It would have more than ${formatNumber(MOST_CELLS, 0)} cells: sweep in wider steps to see it.`;
  const others = varied.filter((name) => name !== map.across.name && name !== map.down.name);
  return others.length === 0 ? null : `Of sets that differ in ${others.join(" and ")} the best is shown.`;
}
