import { formatSigned, formatSignedPercent, NOTHING } from "./format.ts";
import { html, type Markup } from "./markup.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
/** Bounds of the return that has the strongest colour: that of the wildest month, but no calm run looks wild. */
const LEAST_FULL_COLOUR = 0.05;
const GREATEST_FULL_COLOUR = 0.3;

interface MonthReturn {
  /** `2026-03` */
  readonly month: string;
  readonly return: number;
}

/** A row a year, a column a month, coloured by the return; the year's own is compounded from its months. */
export function monthlySection(monthly: readonly MonthReturn[] | null): Markup {
  const years = new Map<string, (number | undefined)[]>();
  for (const entry of monthly ?? []) {
    const [year = "", month = ""] = entry.month.split("-");
    const row = years.get(year) ?? new Array<number | undefined>(12).fill(undefined);
    row[Number(month) - 1] = entry.return;
    years.set(year, row);
  }
  const wildest = Math.max(0, ...(monthly ?? []).map((entry) => Math.abs(entry.return)));
  const full = Math.min(GREATEST_FULL_COLOUR, Math.max(LEAST_FULL_COLOUR, wildest));
  const body =
    years.size === 0
      ? html`<p class="note">No month has a return yet.</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label="Monthly returns"><table class="months">
<thead><tr><th scope="col" class="text">Year</th>${MONTHS.map((month) => html`<th scope="col">${month}</th>`)}<th scope="col">Whole</th></tr></thead>
<tbody>${[...years].map(([year, row]) => yearRow(year, row, full))}</tbody></table></div>`;
  return html`<section id="months"><h2>Monthly returns</h2>
<p class="note">Percent of the account's value, UTC months; a first or last month may be a part of one.</p>${body}</section>`;
}

function yearRow(year: string, row: readonly (number | undefined)[], full: number): Markup {
  const total = row.reduce<number>((product, value) => product * (1 + (value ?? 0)), 1) - 1;
  return html`<tr><th scope="row">${year}</th>${row.map((value, month) => monthCell(year, month, value, full))}<td class="total">${formatSigned(total * 100, 1)}</td></tr>`;
}

function monthCell(year: string, month: number, value: number | undefined, full: number): Markup {
  if (value === undefined) return html`<td class="faint">${NOTHING}</td>`;
  const strength = Math.round(Math.min(1, Math.abs(value) / full) * 62);
  const colour = value < 0 ? "loss" : "gain";
  return html`<td data-tip="${MONTHS[month]!} ${year}: ${formatSignedPercent(value)}" style="background:color-mix(in srgb,var(--${colour}) ${strength}%,transparent)">${formatSigned(value * 100, 1)}</td>`;
}
