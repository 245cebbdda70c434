import { formatNumber, formatPercent, formatSignedPercent } from "./format.ts";
import { type HeatMapInput, heatMap } from "./heat-map.ts";
import { html, Markup } from "./markup.ts";
import { STYLE } from "./style.ts";

/** What the report of a sweep shows. Any text may hold any character. */
export interface SweepReportInput {
  readonly strategy: string;
  /** Feeds and span in words. */
  readonly subject: string;
  readonly objective: string;
  readonly sets: number;
  readonly failed: number;
  /** What to think of the best set, in words. */
  readonly warning: string;
  /** Null where no parameter was varied, or where it would be too large. */
  readonly heatMap: HeatMapInput | null;
  /** What the heat map leaves out, in words; null for nothing. */
  readonly heatMapNote: string | null;
  /** The best sets, the best first. */
  readonly best: readonly SweepReportRow[];
}

/** A set in the table. Fractions are fractions. */
export interface SweepReportRow {
  readonly run: string;
  readonly params: string;
  readonly value: number | null;
  readonly totalReturn: number;
  readonly maxDrawdown: number;
  readonly sharpe: number | null;
  readonly trades: number;
}

/** A figure in the table besides the objective. */
interface Figure {
  readonly heading: string;
  /** The objective that is the same figure. */
  readonly objective: string;
  readonly cell: (row: SweepReportRow) => string;
}

const FIGURES: readonly Figure[] = [
  { heading: "Return", objective: "totalReturn", cell: ({ totalReturn }) => formatSignedPercent(totalReturn) },
  { heading: "Drawdown", objective: "maxDrawdown", cell: ({ maxDrawdown }) => formatPercent(maxDrawdown) },
  { heading: "Sharpe", objective: "sharpe", cell: ({ sharpe }) => formatNumber(sharpe, 2) },
];

/** A sweep as one HTML page that needs nothing but itself: its policy forbids scripts and every request. */
export function renderSweepReport(input: SweepReportInput): string {
  const { strategy, subject, objective, sets, failed, warning, best } = input;
  const further = FIGURES.filter((figure) => figure.objective !== objective);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer"><meta name="generator" content="Millrace">
<title>Sweep of ${strategy}</title><link rel="icon" href="data:,"><style>${new Markup(STYLE)}</style></head>
<body><main id="main"><header class="verdict"><p class="kicker">Sweep</p><h1>${strategy}</h1><p class="subject">${subject}</p>
<p class="sentence">${formatNumber(sets, 0)} set${sets === 1 ? "" : "s"} of parameters, ranked by ${objective}${failed === 0 ? "" : `; ${formatNumber(failed, 0)} failed`}.</p></header>
<p class="alert">${warning}</p>
${mapSection(input)}
<section id="best"><h2>The best sets</h2><div class="scroll" tabindex="0" role="region" aria-label="The best sets"><table class="rows">
<thead><tr><th scope="col" class="text">Parameters</th><th scope="col">${objective}</th>${further.map(({ heading }) => html`<th scope="col">${heading}</th>`)}<th scope="col">Trades</th><th scope="col">Run</th></tr></thead>
<tbody>${best.map((row) => bestRow(row, further))}</tbody></table></div></section></main>
<footer><p>Made by Millrace. The best of many tries is the luckiest of them, too: see it on other data before you believe it.</p></footer></body></html>
`.text;
}

function mapSection({ objective, heatMap: map, heatMapNote }: SweepReportInput): Markup {
  if (map === null && heatMapNote === null) return new Markup("");
  const legend = map === null ? "" : "The stronger the colour the better; the best is outlined. ";
  return html`<section id="map"><h2>${objective} by parameter</h2><p class="note">${legend}${heatMapNote}</p>${map === null ? null : heatMap(map)}</section>`;
}

function bestRow(row: SweepReportRow, further: readonly Figure[]): Markup {
  const { run, params, value, trades } = row;
  return html`<tr><th scope="row" class="text">${params}</th><td>${formatNumber(value, 4)}</td>${further.map(({ cell }) => html`<td>${cell(row)}</td>`)}<td>${formatNumber(trades, 0)}</td><td><code>${run}</code></td></tr>`;
}
