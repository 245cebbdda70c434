import { InputError } from "../market/input-error.ts";
import type { ResultStore } from "../ports/result-store.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import type { RunEnd } from "./live-run-life.ts";
import { candleColumns, type ReadCandlesPorts } from "./read-candles.ts";
import { figuresOf } from "./run-on-columns.ts";
import { parsePlan } from "./run-plan.ts";
import { runResults } from "./run-results.ts";

/**
 * Figures of what a live run has done so far; null where it has traded no bar. Throws InputError 'no-data' where
 * `archive` has not stored its last results yet.
 */
export async function liveFigures(
  ports: ReadCandlesPorts & { readonly results: ResultStore },
  record: RunRecord,
  end: Pick<RunEnd, "resultHash" | "clock">,
): Promise<RunRecord["figures"]> {
  if (end.resultHash === null) return null;
  const { cycles, fills, trades } = await runResults(ports.results, { run: record.run, until: end.clock });
  // What is stored beyond its clock is of a step that came too late to count.
  const last = cycles.time[cycles.length - 1];
  if (last !== end.clock - 1) {
    throw new InputError(
      "no-data",
      `run ${record.run} is stopped, but its results up to ${new Date(end.clock).toISOString()} are not stored yet: stop ` +
        "it again in a moment",
    );
  }
  const plan = parsePlan(record.definition);
  const { feed } = plan.feeds[0]!;
  const candles = await candleColumns(ports, { ...feed, choice: plan.choice, from: plan.warmFrom, to: last + 1 });
  return figuresOf(plan, { cycles, fills, trades }, candles);
}
