import { makeAnalyzer } from "#shared/engine/analyzers/analyzer-catalog.ts";
import { Run } from "#shared/engine/run.ts";
import { parseTimeframe } from "#shared/market/timeframe.ts";
import type { ConformanceCase } from "./case.ts";
import { caseDefinition, columnsOf } from "./case-definition.ts";
import { caseStrategy } from "./case-strategy.ts";
import { RecordedIndicators } from "./recorded-indicators.ts";
import { Recording } from "./recording.ts";
import { rule } from "./rules/rule-catalog.ts";
import { script } from "./script.ts";

/** What the engine does in a case, in the form of the cases' `expect`. Throws where it cannot do what is asked. */
export function runCase(question: ConformanceCase): Record<string, unknown> {
  const recording = new Recording(question.feeds.map(({ name }) => name));
  const indicators = new RecordedIndicators(question.indicators ?? []);
  const strategy = caseStrategy(question, recording, indicators, actorOf(question));
  const run = new Run(caseDefinition(question, strategy));
  for (const [i, feed] of question.feeds.entries()) {
    if (feed.bars === undefined) continue;
    run.offer(i, columnsOf(feed.bars, feed), 0, feed.bars.ts.length);
    run.end(i);
  }
  run.advance();
  const events = run.drain();
  const analyzed = {
    cash: question.broker.cash,
    timeframe: parseTimeframe(question.feeds[0]!.timeframe),
    feeds: question.feeds.map(({ name }) => name),
  };
  const analyzers = (question.analyzers ?? []).map(({ id, type, params }) => {
    const analyzer = makeAnalyzer(type, analyzed, params);
    analyzer.step(events);
    return [id, analyzer.result()] as const;
  });
  const { cash, value, position, orders, trades, cycle, firstNext, nextCalls, created, live } = recording;
  return {
    orders,
    trades,
    cash,
    value,
    position,
    indicators: indicators.result(),
    analyzers: Object.fromEntries(analyzers),
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

function actorOf({ strategy }: ConformanceCase) {
  if (strategy.kind === "script") return script(strategy.actions ?? []);
  return rule(strategy.rule ?? "", strategy.params ?? {});
}
