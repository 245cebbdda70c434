import { formatCount, formatNumber, formatPercent, formatTime } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import type { DataQuality, WindowQuality } from "./report-input.ts";

const MEANING: Readonly<Record<WindowQuality, string>> = {
  proven: "trade ids are contiguous: no trade is missing",
  reconciled: "equal to the exchange's own candle",
  empty: "proven to be without trades; no order fills in it",
  unknown: "nothing speaks for or against it",
  gap: "trades were lost; the strategy got no bar",
};
const ORDER: readonly WindowQuality[] = ["proven", "reconciled", "empty", "unknown", "gap"];

/** How many windows are known how well, and where the data is worst. */
export function qualitySection(quality: DataQuality): Markup {
  const total = ORDER.reduce((sum, key) => sum + quality.counts[key], 0);
  return html`<section id="data"><h2>Data quality</h2>
<p class="note">${summary(quality, total)}</p>
<div class="bar" aria-hidden="true">${ORDER.map((key) => html`<span class="${key}" style="flex-grow:${quality.counts[key]}"></span>`)}</div>
<table class="rows"><thead><tr><th scope="col" class="text">Windows are</th><th scope="col">Count</th><th scope="col">Share</th><th scope="col" class="text wide">That is</th></tr></thead>
<tbody>${ORDER.map(
    (key) =>
      html`<tr><th scope="row" class="text"><i class="swatch ${key}"></i>${key}</th><td>${formatNumber(quality.counts[key], 0)}</td><td>${formatPercent(total === 0 ? null : quality.counts[key] / total)}</td><td class="text wide faint">${MEANING[key]}</td></tr>`,
  )}</tbody></table>
${worstStretches(quality)}</section>`;
}

function summary(quality: DataQuality, total: number): string {
  if (total === 0) return "Nothing is known about the completeness of these candles.";
  const { proven, reconciled, empty, gap } = quality.counts;
  const known = formatPercent((proven + reconciled + empty) / total);
  const lost = gap === 0 ? "There is no gap." : `${formatCount(gap, "window is a gap", "windows are gaps")}.`;
  return `${known} of ${formatCount(total, "window")} of the first feed are proven, reconciled with the exchange or proven empty. ${lost}`;
}

function worstStretches(quality: DataQuality): Markup | null {
  if (quality.worst.length === 0) return null;
  return html`<h3>Worst stretches</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Worst stretches"><table class="rows"><thead><tr><th scope="col" class="text">From, UTC</th><th scope="col" class="text">To, UTC</th><th scope="col" class="text">Quality</th><th scope="col">Windows</th><th scope="col" class="text">Reason</th></tr></thead>
<tbody>${quality.worst.map(
    (stretch) =>
      html`<tr><td class="text">${formatTime(stretch.from)}</td><td class="text">${formatTime(stretch.to)}</td><td class="text"><i class="swatch ${stretch.quality}"></i>${stretch.quality}</td><td>${formatNumber(stretch.windows, 0)}</td><td class="text">${stretch.reason ?? "not recorded"}</td></tr>`,
  )}</tbody></table></div>`;
}
