import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Resampler } from "#shared/engine/feeds/resampler.ts";
import { randomWalk } from "#shared/engine/random-walk.ts";
import { Run } from "#shared/engine/run.ts";
import type { RunFeed } from "#shared/engine/run-definition.ts";
import type { RunEvents } from "#shared/engine/run-events.ts";
import type { StrategyClass } from "#shared/engine/strategy.ts";
import type { CandleColumns } from "#shared/market/candle.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";
import { Breakout } from "./breakout/strategy.ts";
import { Crossing } from "./crossing/strategy.ts";
import { HigherTimeframe } from "./higher-timeframe/strategy.ts";

const START = Date.UTC(2023, 0, 1);
const HOUR = 3_600_000;
const CASH = 10_000;
const FEE = 0.001;
const GUIDE = readFileSync(new URL("../backtrader.md", import.meta.url), "utf8");

/** Prices are not rounded to a step, as backtrader has none. */
const spec = {
  base: "BTC",
  quote: "USDT",
  priceStep: 0,
  amountStep: 1,
  minAmount: 0,
  minNotional: 0,
  takerFee: FEE,
  makerFee: FEE,
  validFrom: 0,
};
const hours = randomWalk({ timeframe: "1h", start: START, count: 3_000, seed: 11 });
const feedOf = (name: string, timeframe: Timeframe, firstClose: number): RunFeed => ({
  feed: { name, instrument: { exchange: "binance", symbol: "BTC/USDT" }, timeframe },
  spec,
  firstClose,
});
const data = feedOf("data", "1h", START + HOUR);
const higher = feedOf("higher", "4h", START + 4 * HOUR);

/** Number of the bar that hears of it, from 1; signed size; price. */
type Fill = [bar: number, size: number, price: number];

interface Example {
  readonly name: string;
  readonly strategy: StrategyClass;
  readonly feeds: readonly RunFeed[];
  readonly columns: readonly CandleColumns[];
}

const EXAMPLES: readonly Example[] = [
  { name: "crossing", strategy: Crossing, feeds: [data], columns: [hours] },
  { name: "breakout", strategy: Breakout, feeds: [data], columns: [hours] },
  {
    name: "higher-timeframe",
    strategy: HigherTimeframe,
    feeds: [data, higher],
    columns: [hours, new Resampler("1h", "4h").fold(hours, 0, hours.length)],
  },
];

function fileOf({ name }: Example, file: string): URL {
  return new URL(`${name}/${file}`, import.meta.url);
}

function runExample({ strategy, feeds, columns }: Example): RunEvents {
  const broker = { cash: CASH, fee: null, allowShort: false };
  const run = new Run({ strategy, params: {}, feeds, broker, tradeFrom: START });
  for (const [feed, candles] of columns.entries()) {
    run.offer(feed, candles, 0, candles.length);
    run.end(feed);
  }
  run.advance();
  return run.drain();
}

/** Has the Python that `MILLRACE_BACKTRADER` names, where backtrader is installed, record its fills anew. */
function record(example: Example): void {
  const python = process.env["MILLRACE_BACKTRADER"];
  if (python === undefined) return;
  const feeds = example.columns.map(({ closeTime, open, high, low, close, volume }) => ({
    time: [...closeTime].slice(0, close.length).map((time) => time - 1),
    open: [...open],
    high: [...high],
    low: [...low],
    close: [...close],
    volume: [...volume],
  }));
  const input = JSON.stringify({ example: example.name, cash: CASH, fee: FEE, feeds });
  const script = new URL("backtrader_fills.py", import.meta.url).pathname;
  writeFileSync(fileOf(example, "backtrader-fills.json"), execFileSync(python, [script], { input }));
}

describe.each(EXAMPLES)("example $name", (example) => {
  test("fills as backtrader filled the Python beside it", () => {
    record(example);
    const theirs = JSON.parse(readFileSync(fileOf(example, "backtrader-fills.json"), "utf8")) as Fill[];
    const { fills } = runExample(example);
    const ours = fills.map(({ time, size, price }): Fill => [(time + 1 - START) / HOUR, size, price]);
    expect(ours.length).toBeGreaterThan(30);
    expect(ours.map(([bar, size]) => [bar, size])).toEqual(theirs.map(([bar, size]) => [bar, size]));
    for (const [i, [, , price]] of ours.entries()) expect(Math.abs(price / theirs[i]![2] - 1)).toBeLessThan(1e-9);
  });

  test.each(["ts", "py"])("the guide shows its strategy.%s as it is", (language) => {
    const fence = language === "ts" ? "ts" : "python";
    expect(GUIDE).toContain(`\`\`\`${fence}\n${readFileSync(fileOf(example, `strategy.${language}`), "utf8")}\`\`\``);
  });
});

test("the guide shows no other program", () => {
  const blocks = [...GUIDE.matchAll(/```(ts|python)\n/g)];
  expect(blocks).toHaveLength(EXAMPLES.length * 2);
});
