import type { RunDefinition, RunFeed } from "#shared/engine/run-definition.ts";
import type { StrategyClass } from "#shared/engine/strategy.ts";
import type { CandleColumns } from "#shared/market/candle.ts";
import { parseTimeframe, windowOpen } from "#shared/market/timeframe.ts";
import type { CaseBars, CaseFeed, ConformanceCase } from "./case.ts";

/** What the engine is to run for a case. Shorts are allowed, and sizes are whole lots; prices have no step. */
export function caseDefinition(question: ConformanceCase, strategy: StrategyClass): RunDefinition {
  const { sizer } = question.strategy;
  return {
    strategy,
    params: {},
    feeds: question.feeds.map(caseFeed),
    broker: { ...question.broker, fee: null, allowShort: true, ...(sizer === undefined ? null : { sizer }) },
    tradeFrom: 0,
  };
}

/** All feeds of a case are made from one instrument or another, priced in the same currency. */
function caseFeed(feed: CaseFeed): RunFeed {
  const base = (feed.resampleOf ?? feed.name).toUpperCase();
  return {
    feed: {
      name: feed.name,
      instrument: { exchange: "conformance", symbol: `${base}/USD` },
      timeframe: parseTimeframe(feed.timeframe),
    },
    spec: {
      base,
      quote: "USD",
      priceStep: 0,
      amountStep: feed.lot,
      minAmount: 0,
      minNotional: 0,
      takerFee: 0,
      makerFee: 0,
      validFrom: 0,
    },
    firstClose: null,
    commission: feed.commission,
    ...(feed.resampleOf === undefined ? null : { resampleOf: feed.resampleOf }),
  };
}

/** The bars of a case as the engine takes them: whether they had trades is not known. */
export function columnsOf(bars: CaseBars, { timeframe }: CaseFeed): CandleColumns {
  return {
    length: bars.ts.length,
    openTime: Float64Array.from(bars.ts, (ts) => windowOpen(timeframe, ts)),
    closeTime: Float64Array.from(bars.ts, (ts) => ts + 1),
    open: Float64Array.from(bars.open),
    high: Float64Array.from(bars.high),
    low: Float64Array.from(bars.low),
    close: Float64Array.from(bars.close),
    volume: Float64Array.from(bars.volume),
    trades: new Float64Array(bars.ts.length).fill(Number.NaN),
  };
}
