import { worstDrawdowns } from "./drawdown.ts";
import { barEnd, formatDuration, formatPercent, formatTime } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportedResults } from "./report-input.ts";

/** The five deepest falls of the account with their peak, bottom and recovery. */
export function drawdownSection(results: ReportedResults): Markup {
  const { time, value } = results.cycles;
  const worst = worstDrawdowns(time, value, 5);
  if (worst.length === 0) return html`<p class="note">The account never fell below a former peak.</p>`;
  const end = time.at(-1)!;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Deepest drawdowns"><table class="rows">
<thead><tr><th scope="col" class="text">Peak, UTC</th><th scope="col" class="text">Bottom, UTC</th><th scope="col" class="text">Recovered, UTC</th><th scope="col">Depth</th><th scope="col">Peak to bottom</th><th scope="col">Under water</th></tr></thead>
<tbody>${worst.map((fall) => {
    const recovered = fall.recoveryTime === null ? "not yet" : formatTime(barEnd(fall.recoveryTime));
    return html`<tr><td class="text">${formatTime(barEnd(fall.peakTime))}</td><td class="text">${formatTime(barEnd(fall.troughTime))}</td><td class="text">${recovered}</td><td>${formatPercent(fall.depth)}</td><td>${formatDuration(fall.troughTime - fall.peakTime)}</td><td>${formatDuration((fall.recoveryTime ?? end) - fall.peakTime)}</td></tr>`;
  })}</tbody></table></div>`;
}
