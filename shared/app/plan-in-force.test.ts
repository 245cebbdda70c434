import { expect, test } from "vitest";
import { MemoryCandleStore } from "../adapters/memory/candle-store.ts";
import { MemoryRangeRegistry } from "../adapters/memory/range-registry.ts";
import { MemoryTickStore } from "../adapters/memory/tick-store.ts";
import { parseFeed } from "../market/instrument.ts";
import { specOf } from "../market/instrument-specs.ts";
import { tickColumns } from "../market/tick.ts";
import { planInForce } from "./plan-in-force.ts";
import type { RunPlan } from "./run-plan.ts";

const MINUTE = 60_000;
const CHANGE = Date.UTC(2024, 5, 1);
const feed = parseFeed("kraken:BTC/USD@1s");

/** Ports that hold a trade a second for 20 minutes around a change of Kraken's fees, the minute before it lost. */
async function portsOf() {
  const ranges = new MemoryRangeRegistry();
  const ticks = new MemoryTickStore();
  const rows = Array.from({ length: 1_200 }, (_, second) => {
    return { id: second + 1, ts: CHANGE - 10 * MINUTE + second * 1_000, price: 100, amount: 1, side: "buy" as const };
  }).filter(({ ts }) => ts < CHANGE - MINUTE || ts >= CHANGE);
  await ticks.append(feed.instrument, tickColumns(rows, "trade", "sequence"), "import");
  return { ticks, ranges, candles: new MemoryCandleStore(ranges) };
}

function planOf(span: Partial<RunPlan> = {}): RunPlan {
  const spec = specOf(feed.instrument, 0);
  const slow = parseFeed("slow=kraken:BTC/USD@1m");
  return {
    strategy: "any",
    params: {},
    feeds: [
      { feed, spec },
      { feed: slow, spec, resampleOf: "data" },
    ],
    broker: { cash: 10_000, fee: null, allowShort: false },
    choice: "best",
    warmFrom: 0,
    tradeFrom: 0,
    end: null,
    ...span,
  };
}

test.each([
  ["all that is held", {}, 0.0026],
  ["a span that begins before the change", { warmFrom: CHANGE - 3 * MINUTE }, 0.0026],
  ["a span that begins after the change", { warmFrom: CHANGE + MINUTE }, 0.004],
  ["a span whose first candle after a gap is after the change", { warmFrom: CHANGE - MINUTE / 2 }, 0.004],
  [
    "trading after the change, warmed up before it",
    { warmFrom: CHANGE - 3 * MINUTE, tradeFrom: CHANGE + MINUTE },
    0.0026,
  ],
])("%s pays the fee of its first candle, whatever the day", async (_, span, takerFee) => {
  const plan = planOf(span);
  const { feeds, ...rest } = await planInForce(await portsOf(), plan);
  expect(feeds.map(({ spec }) => spec.takerFee)).toEqual([takerFee, takerFee]);
  expect({ ...rest, feeds: feeds.map((each, i) => ({ ...each, spec: plan.feeds[i]!.spec })) }).toEqual(plan);
});

test("a feed without candles stays as it is", async () => {
  const plan = planOf({ warmFrom: CHANGE + 100 * MINUTE });
  expect(await planInForce(await portsOf(), plan)).toEqual(plan);
});
