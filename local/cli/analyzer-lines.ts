import type { AnalyzerFigures, AnalyzerRequest } from "#shared/app/analyze-run.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { OptionSpec } from "./command.ts";
import { renderTable } from "./table.ts";

/** The option that asks for analyzers. */
export const ANALYZER_OPTION: OptionSpec = {
  value: "NAME[:JSON]",
  help: "figures as backtrader defines them, such as SQN",
  many: true,
};

/** Lines that a table shows of one analyzer; --json has all. */
const MOST_LINES = 24;

/** Parses `SQN` and `SharpeRatio:{"annualize":true}`. Throws InputError. */
export function parseAnalyzer(text: string): AnalyzerRequest {
  const colon = text.indexOf(":");
  if (colon < 0) return { name: text, options: {} };
  const name = text.slice(0, colon);
  const fault = (cause?: unknown): InputError =>
    new InputError(
      "usage",
      `--analyzer is '${text}': write its options as a JSON object, such as ${name}:'{"timeframe":"Days"}'`,
      { cause },
    );
  let options: unknown;
  try {
    options = JSON.parse(text.slice(colon + 1));
  } catch (cause) {
    throw fault(cause);
  }
  if (typeof options !== "object" || options === null || Array.isArray(options)) throw fault();
  return { name, options: options as Readonly<Record<string, unknown>> };
}

/** What analyzers found, a value a line. */
export function analyzerTable(figures: readonly AnalyzerFigures[]): string {
  const rows = figures.flatMap(({ name, options, result }) => {
    const head = Object.keys(options).length === 0 ? name : `${name} ${JSON.stringify(options)}`;
    const values = leavesOf(result, "");
    const more = values.length - MOST_LINES;
    const shown = values.slice(0, MOST_LINES).map(([path, value], i) => [i === 0 ? head : "", path, value]);
    if (values.length === 0) return [[head, "nothing", ""]];
    return more > 0 ? [...shown, ["", `… ${more} more, in --json`, ""]] : shown;
  });
  return renderTable([{ heading: "analyzer" }, { heading: "figure" }, { heading: "value", align: "right" }], rows);
}

/** Values of a tree with their paths; a list of lists has a line for each of its lists. */
function leavesOf(value: unknown, path: string): (readonly [path: string, value: string])[] {
  if (typeof value !== "object" || value === null) return [[path, shown(value)]];
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) {
    if (path.endsWith("]")) return [[path, value.map(shown).join("  ")]];
  }
  return Object.entries(value).flatMap(([key, each]) => {
    const step = Array.isArray(value) ? `[${key}]` : `${path === "" ? "" : "."}${key}`;
    return leavesOf(each, path + step);
  });
}

function shown(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return typeof value === "number" ? String(Number(value.toPrecision(10))) : String(value);
}
