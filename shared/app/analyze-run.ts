import type { AnalyzedRun } from "../engine/analyzers/analyzer.ts";
import { makeAnalyzer } from "../engine/analyzers/analyzer-catalog.ts";
import type { RunResults } from "../ports/result-store.ts";
import type { RunPlan } from "./run-plan.ts";

/** An analyzer to run, under backtrader's class name, and its options. */
export interface AnalyzerRequest {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What an analyzer found. */
export interface AnalyzerFigures extends AnalyzerRequest {
  readonly result: object;
}

/** Throws InputError for an analyzer that does not exist, or options that it cannot have on a run of this plan. */
export function checkAnalyzers(plan: RunPlan, requests: readonly AnalyzerRequest[]): void {
  for (const { name, options } of requests) makeAnalyzer(name, analyzedRun(plan), options);
}

/** Runs analyzers over all that a run of this plan did. Throws InputError as `checkAnalyzers`. */
export function analyzeRun(
  plan: RunPlan,
  results: RunResults,
  requests: readonly AnalyzerRequest[],
): readonly AnalyzerFigures[] {
  return requests.map(({ name, options }) => {
    const analyzer = makeAnalyzer(name, analyzedRun(plan), options);
    analyzer.step({ firstCycle: 0, ...results });
    return { name, options, result: analyzer.result() };
  });
}

function analyzedRun({ broker, feeds }: RunPlan): AnalyzedRun {
  return {
    cash: broker.cash,
    timeframe: feeds[0]!.feed.timeframe,
    feeds: feeds.map(({ feed }) => feed.name),
  };
}
