import { formatNumber } from "./format.ts";
import { html, type Markup } from "./markup.ts";

/** An objective over two parameters. */
export interface HeatMapInput {
  /** Name of the objective. */
  readonly objective: string;
  /** Whether the least value is the best. */
  readonly minimised: boolean;
  readonly across: HeatMapAxis;
  readonly down: HeatMapAxis;
  /** By row, then column; null where no set has a value. */
  readonly cells: readonly (readonly (number | null)[])[];
}

/** A parameter and its values in order. */
export interface HeatMapAxis {
  readonly name: string;
  readonly values: readonly (number | string | boolean)[];
}

/** Colour of the best cell, percent of the full colour. */
const STRONGEST = 78;

/** A table whose cells are the stronger coloured the better they are; the best is outlined. */
export function heatMap(input: HeatMapInput): Markup {
  const { objective, minimised, across, down, cells } = input;
  const known = cells.flat().filter((value) => value !== null);
  const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const greatest = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const best = minimised ? least : greatest;
  const worst = minimised ? greatest : least;
  const digits = digitsFor(greatest - least);
  const cell = (row: number, column: number): Markup => {
    const value = cells[row]?.[column] ?? null;
    if (value === null) return html`<td class="faint">–</td>`;
    const strength = best === worst ? 0 : Math.round(((value - worst) / (best - worst)) * STRONGEST);
    const outline = value === best ? ";outline:2px solid var(--ink);outline-offset:-2px" : "";
    const where = `${across.name} ${across.values[column]}, ${down.name} ${down.values[row]}: ${objective} ${value}`;
    return html`<td title="${where}" style="background:color-mix(in srgb,var(--gain) ${strength}%,transparent)${outline}">${formatNumber(value, digits)}</td>`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${objective} by ${down.name} and ${across.name}"><table class="months">
<thead><tr><th scope="col" class="text">${down.name} ↓ ${across.name} →</th>${across.values.map((value) => html`<th scope="col">${String(value)}</th>`)}</tr></thead>
<tbody>${down.values.map((value, row) => html`<tr><th scope="row">${String(value)}</th>${across.values.map((_, column) => cell(row, column))}</tr>`)}</tbody></table></div>`;
}

/** Decimal places at which values that differ by `spread` can be told apart. */
function digitsFor(spread: number): number {
  if (!(spread > 0)) return 2;
  if (spread >= 1_000) return 0;
  return spread >= 0.5 ? 2 : 4;
}
