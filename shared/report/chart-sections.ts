import { drawdownSection } from "./drawdown-section.ts";
import { formatCount, formatNumber } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import type { PageData } from "./page-data.ts";
import type { ReportInput } from "./report-input.ts";
import type { RollingFigures } from "./rolling.ts";

/** Equity, underwater and rolling charts; the page's script draws into them. */
export function accountSections(input: ReportInput, rolling: RollingFigures | null): Markup {
  const { quote } = input.spec;
  if (input.results.cycles.length < 2) {
    return html`<section id="equity"><h2>Equity</h2><p class="note">There is nothing to draw: the run has ${formatCount(input.results.cycles.length, "bar")}.</p></section>`;
  }
  return html`<section id="equity"><div class="head"><h2>Equity against buy &amp; hold</h2><div class="controls"><button type="button" data-scale aria-pressed="false">Log scale</button><button type="button" data-reset>Whole period</button></div></div>
<p class="note">Value of the account at each bar's close, ${quote}. Drag over a span to zoom in on it, in all charts of the account; double-click for the whole period.</p>
<div class="plot" data-plot="equity" role="group" aria-label="Line chart of the account's value against buy and hold"></div>
<h3>Under water</h3>
<p class="note">Fall from the last peak, percent.</p>
<div class="plot" data-plot="underwater" role="group" aria-label="Area chart of the fall from the last peak"></div>
<h3>Deepest drawdowns</h3>${drawdownSection(input.results)}</section>
${rollingSection(rolling)}`;
}

function rollingSection(rolling: RollingFigures | null): Markup {
  if (rolling === null) {
    return html`<section id="rolling"><h2>Rolling figures</h2><p class="note">Needs 20 bars or more.</p></section>`;
  }
  const window = formatCount(rolling.window, rolling.unit);
  const why = rolling.unit === "bar" ? " The run is shorter than 60 days, so the window counts bars." : "";
  return html`<section id="rolling"><h2>Rolling ${window}</h2>
<p class="note">Over the ${window} that end at each point, percent.${why}</p>
<div class="pair"><div><h3>Return</h3><div class="plot" data-plot="return" role="group" aria-label="Line chart of the rolling return"></div></div>
<div><h3>Volatility, a year</h3><div class="plot" data-plot="volatility" role="group" aria-label="Line chart of the rolling volatility"></div></div></div></section>`;
}

/** Candles with fills and indicators; the page's script draws into it. */
export function candleSection(input: ReportInput, data: PageData): Markup {
  const { group } = data.candles;
  const count = input.candles.length;
  if (count === 0) {
    return html`<section id="candles"><h2>Candles</h2><p class="note">The first feed has no candles in this period.</p></section>`;
  }
  const merged =
    group === 1
      ? html`${formatCount(count, "candle")}.`
      : html`<strong>Each bar shown merges ${formatNumber(group, 0)} candles</strong> (${formatNumber(count, 0)} in all); indicators are their values at the bar's end.`;
  return html`<section id="candles"><div class="head"><h2>Candles, entries and exits</h2><div class="controls" data-ranges></div></div>
<p class="note">${merged} Prices in ${input.spec.quote}, volume in ${input.spec.base}, times UTC. Drag to pan; click, then turn the wheel (or use ← → + −) to zoom.</p>
<div class="legend" data-legend aria-live="off"></div>
<div class="candles" data-candles tabindex="0" role="application" aria-label="Candle chart with entries, exits and indicators. Arrow keys pan, plus and minus zoom."></div>
<p class="note" data-marks></p></section>`;
}
