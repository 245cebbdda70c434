import type * as LightweightChartsModule from "lightweight-charts";
import type { PageData } from "#shared/report/page-data.ts";

declare global {
  /** Defined by the standalone script that the page holds. */
  const LightweightCharts: typeof LightweightChartsModule;
}

/** What the page was given to draw. */
export function readPageData(): PageData {
  return JSON.parse(document.getElementById("report-data")?.textContent ?? "") as PageData;
}

/** A colour of the page's style, as it is in the theme that is on. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** The page's own font, for text in charts. */
export function fontFamily(): string {
  return getComputedStyle(document.body).fontFamily;
}

/** A new element with a class and text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = "",
  text = "",
): HTMLElementTagNameMap[Name] {
  const created = document.createElement(name);
  if (className !== "") created.className = className;
  if (text !== "") created.textContent = text;
  return created;
}
