import { digitsOfMoney, formatNumber, formatPercent, formatSigned, formatSignedPercent } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import type { CostBandRow, ReportInput } from "./report-input.ts";

/** The same run under other fees and slippage: how much of the result hangs on them. Nothing where nobody asked. */
export function costBandSection(input: ReportInput): Markup | null {
  if (input.costBand === null) return null;
  const digits = digitsOfMoney(input.run.broker.cash);
  return html`<section id="costs"><h2>Under other costs</h2>
<p class="note">The same strategy over the same candles with other fees and slippage. A result that lives only at the best row is not one to trust.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Results under other costs"><table class="rows">
<thead><tr><th scope="col" class="text">Costs</th><th scope="col">Fee</th><th scope="col">Slippage</th><th scope="col">Final value, ${input.spec.quote}</th><th scope="col">Total return</th><th scope="col">Max drawdown</th><th scope="col">Sharpe</th><th scope="col">Trades</th></tr></thead>
<tbody>${input.costBand.map((row) => bandRow(row, digits))}</tbody></table></div></section>`;
}

function bandRow(row: CostBandRow, digits: number): Markup {
  return html`<tr><th scope="row" class="text">${row.label}</th><td>${formatPercent(row.fee, 3)}</td><td>${formatPercent(row.slippage, 3)}</td><td>${formatNumber(row.finalValue, digits)}</td><td>${formatSignedPercent(row.totalReturn)}</td><td>${formatPercent(row.maxDrawdown)}</td><td>${formatSigned(row.sharpe, 2)}</td><td>${formatNumber(row.trades, 0)}</td></tr>`;
}
