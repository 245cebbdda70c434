import type { TearSheet } from "../engine/tear-sheet.ts";
import { DEFINITIONS, type Term } from "./definitions.ts";
import { formatDuration, NOTHING } from "./format.ts";
import { html, type Markup } from "./markup.ts";

/** A name whose definition shows on hover, focus and tap. */
export function term(name: string, definition: Term): Markup {
  return html`<button type="button" class="term" data-tip="${DEFINITIONS[definition]}">${name}</button>`;
}

/** A formatted value, or an en dash with the reason why there is none. */
export function valueOrReason(text: string, reason: string): Markup {
  if (text !== NOTHING) return html`${text}`;
  return html`<button type="button" class="term none" data-tip="${reason}" aria-label="none: ${reason}">${NOTHING}</button>`;
}

/** Why figures of daily returns are missing. */
export function underThirtyDays(figures: TearSheet | null): string {
  if (figures === null) return NO_FIGURES;
  const span = formatDuration(figures.endTime - figures.startTime);
  return `Needs 30 days or more with a varying value; this run covers ${span}.`;
}

export const NO_FIGURES = "The run did not come to an end, so it has no figures.";

/** The class that colours a gain or a loss. */
export function signClass(value: number | null): string {
  if (value === null || value === 0 || Number.isNaN(value)) return "";
  return value > 0 ? "gain" : "loss";
}
