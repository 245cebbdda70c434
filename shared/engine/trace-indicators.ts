import type { CandleColumns } from "../market/candle.ts";
import { Run } from "./run.ts";
import type { RunDefinition } from "./run-definition.ts";

/**
 * Runs a strategy over its feeds once more and writes down its indicators on the first feed: by field name, one value a
 * bar of that feed, NaN before an indicator has one. A strategy that throws leaves NaN from there on.
 */
export function traceIndicators(
  definition: RunDefinition,
  columns: readonly CandleColumns[],
): ReadonlyMap<string, Float64Array> {
  const [first, ...others] = columns;
  if (first === undefined) return new Map();
  const run = new Run(definition);
  for (const [i, feed] of others.entries()) {
    if (definition.feeds[i + 1]!.resampleOf !== undefined) continue;
    run.offer(i + 1, feed, 0, feed.length);
    run.end(i + 1);
  }
  const lines = run.indicators();
  const traced = new Map(Array.from(lines.keys(), (name) => [name, new Float64Array(first.length).fill(Number.NaN)]));
  try {
    for (let bar = 0; bar < first.length; bar++) {
      run.offer(0, first, bar, bar + 1);
      run.advance();
      run.drain();
      for (const [name, line] of lines) traced.get(name)![bar] = line.now;
    }
  } catch {
    // Why a run failed is told by its record; what the indicators showed until then still helps to see why.
  }
  return traced;
}
