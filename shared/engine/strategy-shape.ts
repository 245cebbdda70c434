import type { CanonicalValue } from "./canonical-json.ts";
import { Line } from "./feeds/line.ts";
import type { Series } from "./feeds/series.ts";
import { ResultHash } from "./result-hash.ts";
import { type AnyStrategy, StrategyBase } from "./strategy.ts";
import { BASE_FIELDS, type StrategyInstance } from "./strategy-instance.ts";

/** Longest text of a value that is written out. */
const LONGEST = 80;

/** A feed's lines, and the name that the strategy calls the feed by. */
interface NamedSeries {
  readonly name: string;
  readonly series: Series;
}

/**
 * What the numbers of a strategy's snapshots mean, in words: its fields, the lines computed for it with their inputs,
 * windows and first values, the first content of `state`, and the hooks that it has. Equal for equal code; of a
 * strategy that has not run.
 */
export function shapeOf({ strategy, state }: StrategyInstance, feeds: readonly NamedSeries[]): Shape {
  const shape: Record<string, CanonicalValue> = { hooks: hooksOf(strategy) };
  for (const [field, value] of Object.entries(strategy)) {
    if (BASE_FIELDS.has(field) || field === "state") continue;
    shape[`field ${field}`] = value instanceof Line ? placeOf(value, feeds) : writtenValue(value);
  }
  for (const [key, value] of Object.entries(state)) shape[`state.${key}`] = writtenValue(value);
  for (const { name, series } of feeds) {
    shape[`lookback of ${name}`] = series.lookback;
    for (const { line, text } of series.describe()) shape[`${line} of ${name}`] = text;
  }
  return shape;
}

/** Each part of a shape by what it is. */
export type Shape = Readonly<Record<string, CanonicalValue>>;

function hooksOf(strategy: AnyStrategy): string[] {
  const base = StrategyBase.prototype as unknown as Readonly<Record<string, unknown>>;
  const own = strategy as unknown as Readonly<Record<string, unknown>>;
  return HOOKS.filter((hook) => own[hook] !== base[hook]);
}

const HOOKS = [
  "prenextOpen",
  "nextOpen",
  "notifyTimer",
  "prenext",
  "nextstart",
  "next",
  "notifyOrder",
  "notifyTrade",
] as const;

function placeOf(line: Line, feeds: readonly NamedSeries[]): string {
  const feed = feeds.find(({ series }) => series === line.series);
  return `${line.constructor.name}, ${line.series.nameOf(line.row)} of ${feed?.name ?? "no feed"}`;
}

function writtenValue(value: unknown): string {
  const text = String(
    JSON.stringify(value, (_key, item: unknown) =>
      item === undefined || (typeof item === "number" && !Number.isFinite(item)) ? String(item) : item,
    ),
  );
  if (text.length <= LONGEST) return text;
  const hash = new ResultHash();
  hash.text(text);
  return `${text.length} characters #${hash.digest().slice(0, 8)}`;
}
