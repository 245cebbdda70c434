import type { RunDefinition, RunFeed } from "#shared/engine/run-definition.ts";
import type { StrategyClass } from "#shared/engine/strategy.ts";
import type { CandleColumns } from "#shared/market/candle.ts";
import { InputError } from "#shared/market/input-error.ts";
import { parseTimeframe, windowOpen } from "#shared/market/timeframe.ts";
import type { CaseBars, CaseBroker, CaseCommission, CaseFeed, ConformanceCase } from "./case.ts";

/** What the engine is to run for a case. */
export function caseDefinition(question: ConformanceCase, strategy: StrategyClass): RunDefinition {
  return {
    strategy,
    params: {},
    feeds: question.feeds.map(caseFeed),
    broker: { cash: question.broker.cash, fee: null, ...brokerSettings(question.broker) },
    tradeFrom: 0,
  };
}

function caseFeed(feed: CaseFeed): RunFeed {
  return {
    feed: {
      name: feed.name,
      instrument: { exchange: "conformance", symbol: `${feed.name.toUpperCase()}/USD` },
      timeframe: parseTimeframe(feed.timeframe),
    },
    spec: {
      base: feed.name.toUpperCase(),
      quote: "USD",
      priceStep: 0,
      amountStep: feed.lot,
      minAmount: 0,
      minNotional: 0,
      takerFee: takerFee(feed.commission),
      makerFee: takerFee(feed.commission),
      validFrom: 0,
    },
    firstClose: null,
  };
}

function takerFee(commission: CaseCommission): number {
  if (commission.type !== "percent") throw new InputError("usage", `the engine has no ${commission.type} commission`);
  for (const key of ["leverage", "interest"] as const) {
    if (commission[key] !== undefined) throw new InputError("usage", `the engine has no ${key}`);
  }
  return commission.rate!;
}

function brokerSettings(broker: CaseBroker): { readonly allowShort: boolean } {
  const { cash: _, ...others } = broker;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new InputError("usage", `the engine has no ${unknown}`);
  return { allowShort: true };
}

/** The bars of a case as the engine takes them: whether they had trades is not known. */
export function columnsOf(bars: CaseBars, feed: CaseFeed): CandleColumns {
  const timeframe = parseTimeframe(feed.timeframe);
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
