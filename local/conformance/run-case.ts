import type { Analyzer } from "#shared/engine/analyzers/analyzer.ts";
import { makeAnalyzer } from "#shared/engine/analyzers/analyzer-catalog.ts";
import { Run } from "#shared/engine/run.ts";
import { SnapshotReader, SnapshotWriter } from "#shared/engine/snapshot.ts";
import type { CandleColumns } from "#shared/market/candle.ts";
import type { ActorMaker } from "./actor.ts";
import type { CaseAnalyzer, ConformanceCase } from "./case.ts";
import { caseDefinition, columnsOf } from "./case-definition.ts";
import { caseStrategy } from "./case-strategy.ts";
import { RecordedIndicators } from "./recorded-indicators.ts";
import { Recording } from "./recording.ts";
import { rule } from "./rules/rule-catalog.ts";
import { script } from "./script.ts";

/**
 * What the engine does in a case, in the form of the cases' `expect`. Throws where it cannot do what is asked.
 *
 * @param pieces into how many parts the bars are cut; between two of them all goes on from a snapshot
 */
export function runCase(question: ConformanceCase, pieces = 1): Record<string, unknown> {
  const recording = new Recording(question.feeds.map(({ name }) => name));
  const indicators = new RecordedIndicators(question.indicators ?? []);
  const start = (): Run =>
    new Run(caseDefinition(question, caseStrategy(question, recording, indicators, actorOf(question))));
  let run = start();
  let analyzers = makeAnalyzers(question);
  const columns = question.feeds.map((feed) => (feed.bars === undefined ? null : columnsOf(feed.bars, feed)));
  let from = Number.NEGATIVE_INFINITY;
  for (const until of cuts(columns[0]!, pieces)) {
    for (const [i, feed] of columns.entries()) if (feed !== null) give(run, i, feed, from, until);
    run.advance();
    const events = run.drain();
    for (const { analyzer } of analyzers) analyzer.step(events);
    from = until;
    if (until === Number.POSITIVE_INFINITY) break;
    const snapshot = run.snapshot();
    run = start();
    run.restore(snapshot);
    analyzers = resume(question, analyzers);
  }
  return resultOf(recording, indicators, analyzers);
}

/** Gives a feed's bars that close after `from` and up to `until` (ms UTC), and tells that these are all until then. */
function give(run: Run, feed: number, columns: CandleColumns, from: number, until: number): void {
  const first = columns.closeTime.findIndex((time) => time > from);
  if (first >= 0) {
    const next = columns.closeTime.findIndex((time) => time > until);
    run.offer(feed, columns, first, next < 0 ? columns.length : next);
  }
  if (until === Number.POSITIVE_INFINITY) run.end(feed);
  else run.tell(feed, until);
}

/** Close times (ms UTC) at which bars are cut into about equal pieces; Infinity for the last. */
function cuts(columns: CandleColumns, pieces: number): readonly number[] {
  const times = Array.from({ length: pieces - 1 }, (_, i) => Math.floor(((i + 1) * columns.length) / pieces)).map(
    (bar) => columns.closeTime[bar]!,
  );
  return [...new Set(times), Number.POSITIVE_INFINITY];
}

function actorOf({ strategy }: ConformanceCase): ActorMaker {
  if (strategy.kind === "script") return script(strategy.actions ?? []);
  return rule(strategy.rule ?? "", strategy.params ?? {});
}

interface CaseFigures {
  readonly asked: CaseAnalyzer;
  readonly analyzer: Analyzer<object>;
}

function makeAnalyzers({ feeds, broker, analyzers = [] }: ConformanceCase): readonly CaseFigures[] {
  const run = { cash: broker.cash, timeframe: feeds[0]!.timeframe, feeds: feeds.map(({ name }) => name) };
  return analyzers.map((asked) => ({ asked, analyzer: makeAnalyzer(asked.type, run, asked.params) }));
}

/** The same analyzers, made anew from their snapshots. */
function resume(question: ConformanceCase, analyzers: readonly CaseFigures[]): readonly CaseFigures[] {
  const fresh = makeAnalyzers(question);
  for (const [i, { analyzer }] of analyzers.entries()) {
    const writer = new SnapshotWriter();
    analyzer.save(writer);
    fresh[i]!.analyzer.load(new SnapshotReader(writer.bytes()));
  }
  return fresh;
}

function resultOf(
  recording: Recording,
  indicators: RecordedIndicators,
  analyzers: readonly CaseFigures[],
): Record<string, unknown> {
  const { cash, value, position, orders, trades, cycle, firstNext, nextCalls, created, live } = recording;
  return {
    orders,
    trades,
    cash,
    value,
    position,
    indicators: indicators.result(),
    analyzers: Object.fromEntries(analyzers.map(({ asked, analyzer }) => [asked.id, analyzer.result()])),
    final: {
      bars: cycle,
      firstNext,
      nextCalls,
      cash: cash.at(-1),
      value: value.at(-1),
      orders: created,
      live: [...live].sort(),
    },
  };
}
