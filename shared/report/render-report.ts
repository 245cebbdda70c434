import { accountSections, candleSection } from "./chart-sections.ts";
import { costBandSection } from "./cost-band-section.ts";
import { figuresSection } from "./figures-section.ts";
import { formatTime } from "./format.ts";
import { identitySection } from "./identity-section.ts";
import { html, Markup, scriptJson, scriptSource } from "./markup.ts";
import { monthlySection } from "./monthly-section.ts";
import { pageData } from "./page-data.ts";
import { qualitySection } from "./quality-section.ts";
import type { ReportAssets, ReportInput } from "./report-input.ts";
import { rollingFigures } from "./rolling.ts";
import { STYLE } from "./style.ts";
import { logSection, navigation, orderSection, tradeSection } from "./table-sections.ts";
import { pageDescription, pageTitle, verdict } from "./verdict.ts";

/**
 * A run as one HTML page that needs nothing but itself: its policy forbids every request. Long series are decimated, so
 * that the page stays small and quick however long the run was. Pure: the same input gives the same text.
 */
export function renderReport(input: ReportInput): string {
  const data = pageData(input);
  const rolling = rollingFigures(input.results.cycles.time, input.results.cycles.value);
  const nonce = scriptNonce(input.run.identity);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer"><meta name="generator" content="Millrace">
<meta name="description" content="${pageDescription(input)}"><title>${pageTitle(input)}</title>
<link rel="icon" href="data:,">
<style>${new Markup(input.assets.uPlotStyle)}${new Markup(STYLE)}</style></head>
<body><a class="skip" href="#main">Skip to the report</a>${navigation(input)}
<main id="main">${verdict(input)}
<noscript><p class="alert">Charts and long tables are drawn by a script inside this page, and scripts are switched off.</p></noscript>
${accountSections(input, rolling)}
${candleSection(input, data)}
${monthlySection(input.figures?.monthly ?? null)}
${figuresSection(input)}
${tradeSection(input)}
${orderSection(input)}
${logSection(input)}
${costBandSection(input)}
${qualitySection(input.quality)}
${identitySection(input)}</main>
${footer(input)}
<script type="application/json" id="report-data">${scriptJson(data)}</script>
${scripts(input.assets, nonce)}</body></html>
`;
  return page.text;
}

/** The identity is known to nobody who could have put a script into what it was made from. */
function scriptNonce(identity: string): string {
  const safe = identity.replace(/[^A-Za-z0-9]/g, "");
  return safe === "" ? "report" : safe;
}

function scripts(assets: ReportAssets, nonce: string): Markup[] {
  return [assets.lightweightCharts, assets.uPlot, assets.pageScript].map(
    (source) => html`<script nonce="${nonce}">${scriptSource(source)}</script>\n`,
  );
}

function footer(input: ReportInput): Markup {
  return html`<footer><p>Made by Millrace from run <code>${input.run.run}</code>, created ${formatTime(input.run.created)} UTC. All times are UTC. Past results of a simulation say nothing certain about the future.</p>
<p>Charts by <a href="https://www.tradingview.com/" rel="noreferrer">TradingView Lightweight Charts™</a> and uPlot.</p>
<details><summary>Licences</summary>${input.assets.licences.map(({ name, text }) => html`<h3>${name}</h3><pre>${text}</pre>`)}</details></footer>`;
}
