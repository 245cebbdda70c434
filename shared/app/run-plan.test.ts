import { describe, expect, it } from "vitest";
import { float, int } from "../engine/parameter.ts";
import { Strategy } from "../engine/strategy.ts";
import { parseFeed } from "../market/instrument.ts";
import { specOf } from "../market/instrument-specs.ts";
import {
  definitionOf,
  describePlan,
  feedNames,
  identityOf,
  parsePlan,
  type RunCode,
  type RunPlan,
  resolvedParams,
} from "./run-plan.ts";

class Example extends Strategy({ period: int(5, { min: 1, max: 9 }), share: float(0.5, { min: 0, max: 1 }) }, [
  "slow",
]) {}

const CODE: RunCode = {
  strategy: { name: "example", strategy: Example, parameters: Example.parameters, bundleHash: "b1" },
  engineHash: "e1",
};
const [data, slow] = ["data=binance:BTC/USDT@1m", "slow=okx:BTC/USDT:USDT@1h"].map((text) => {
  const feed = parseFeed(text);
  return { feed, spec: specOf(feed.instrument, 0) };
}) as [RunPlan["feeds"][number], RunPlan["feeds"][number]];
const PLAN: RunPlan = {
  strategy: "example",
  params: { period: 3 },
  feeds: [data, slow],
  broker: { cash: 1_000, fee: null, allowShort: false },
  choice: "best",
  warmFrom: 1_000,
  tradeFrom: 2_000,
  end: 3_000,
};

describe("a plan's description", () => {
  it("gives the plan back, with its parameters resolved", () => {
    const description = describePlan(PLAN, CODE, "d1");
    expect(parsePlan(description)).toEqual({ ...PLAN, params: { period: 3, share: 0.5 } });
    expect(describePlan(parsePlan(description), CODE, "d1")).toBe(description);
    const live = { ...PLAN, end: null, choice: "known" } as const;
    expect(parsePlan(describePlan(live, CODE, null))).toMatchObject({ end: null, choice: "known" });
  });

  it("does not depend on how parameters were given", () => {
    const spelled = { ...PLAN, params: { share: 0.5, period: 3 } };
    expect(describePlan(spelled, CODE, "d1")).toBe(describePlan(PLAN, CODE, "d1"));
    expect(resolvedParams(PLAN, CODE)).toEqual({ period: 3, share: 0.5 });
  });

  it("names feeds as people write them", () => {
    expect(feedNames(PLAN)).toEqual(["data=binance:BTC/USDT@1m", "slow=okx:BTC/USDT:USDT@1h"]);
  });

  it("is refused for a parameter that the strategy does not have", () => {
    expect(() => describePlan({ ...PLAN, params: { perid: 3 } }, CODE, null)).toThrow("perid");
  });
});

it("a plan's definition tells the code where both of its hashes are known", () => {
  expect(definitionOf(PLAN, CODE, [null, null]).codeHash).toBe("b1+e1");
  expect(definitionOf(PLAN, { strategy: CODE.strategy }, [null, null])).not.toHaveProperty("codeHash");
});

describe("a run's identity", () => {
  const base = identityOf(describePlan(PLAN, CODE, "d1"));
  const broker = PLAN.broker;
  const plans: Record<string, Partial<RunPlan>> = {
    "a parameter": { params: { period: 4 } },
    "the fee": { broker: { ...broker, fee: 0.002 } },
    "the cash": { broker: { ...broker, cash: 1_001 } },
    shorts: { broker: { ...broker, allowShort: true } },
    "a spec": { feeds: [{ ...data, spec: { ...data.spec, amountStep: 1 } }, slow] },
    "a feed's timeframe": { feeds: [{ ...data, feed: { ...data.feed, timeframe: "3m" } }, slow] },
    "a feed's name": { feeds: [{ ...data, feed: { ...data.feed, name: "main" } }, slow] },
    "the order of feeds": { feeds: [slow, data] },
    "the candle choice": { choice: "known" },
    "the warm-up": { warmFrom: 1_001 },
    "the start of trading": { tradeFrom: 2_001 },
    "the end": { end: 3_001 },
    "having no end": { end: null },
    "the strategy's name": { strategy: "other" },
  };

  it.each(Object.entries(plans))("changes with %s", (_what, changes) => {
    expect(identityOf(describePlan({ ...PLAN, ...changes }, CODE, "d1"))).not.toBe(base);
  });

  it("changes with the code and the data", () => {
    const { strategy } = CODE;
    const others = [
      describePlan(PLAN, { ...CODE, strategy: { ...strategy, bundleHash: "b2" } }, "d1"),
      describePlan(PLAN, { ...CODE, engineHash: "e2" }, "d1"),
      describePlan(PLAN, CODE, "d2"),
      describePlan(PLAN, CODE, null),
    ].map(identityOf);
    expect(new Set([base, ...others]).size).toBe(5);
  });

  it("is the same for the same", () => {
    expect(identityOf(describePlan({ ...PLAN, feeds: [{ ...data }, { ...slow }] }, { ...CODE }, "d1"))).toBe(base);
    expect(base).toMatch(/^[0-9a-f]{64}$/);
  });
});
