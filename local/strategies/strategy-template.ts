/** The files of a new strategy. */
export interface StrategyTemplate {
  readonly strategy: string;
  readonly test: string;
}

/** A small strategy that runs as it is, and its test. `name`: words of small letters with hyphens. */
export function strategyTemplate(name: string): StrategyTemplate {
  const className = name
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  return { strategy: strategyText(className), test: testText(name, className) };
}

function strategyText(className: string): string {
  return `import { SMA } from "#shared/engine/indicators/sma.ts";
import { float, int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";

/** Holds while the price is above its average, and is out while it is below. A place to begin: change it. */
export class ${className} extends Strategy({
  // Parameters: the initial value, and what is allowed. Set them with --param period=50, sweep them with --param period=20:200:10.
  period: int(50, { min: 2, max: 500 }),
  /** Fraction of the portfolio's value to hold; the rest pays fees and a higher open. */
  percent: float(0.95, { min: 0.01, max: 1 }),
}) {
  // Indicators are fields. They are computed bar by bar, and never see a later bar.
  readonly average = new SMA(this.data.close, { period: this.params.period });

  // Whatever else changes from bar to bar lives here, so that a restart keeps it: plain data only.
  state = { entries: 0 };

  // Called at each bar once all indicators have a value. Orders fill at the next bar's open, at the earliest.
  override next(): void {
    const above = this.data.close.now > this.average.now;
    if (above && this.position.size === 0) {
      this.state.entries++;
      this.orderTargetPercent(this.params.percent, { tag: \`entry \${this.state.entries}\` });
    } else if (!above && this.position.size > 0) {
      this.close({ tag: "below the average" });
    }
  }
}
`;
}

function testText(name: string, className: string): string {
  return `import { expect, test } from "vitest";
import { randomWalk } from "#shared/engine/random-walk.ts";
import { Run } from "#shared/engine/run.ts";
import type { RunDefinition } from "#shared/engine/run-definition.ts";
import { ${className} } from "./strategy.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
/** 60 days of made-up hours, the same on every machine. */
const candles = randomWalk({ timeframe: "1h", start: START, count: 60 * 24, seed: 1 });

const spec = {
  base: "BTC",
  quote: "USDT",
  priceStep: 0.01,
  amountStep: 0.00001,
  minAmount: 0.00001,
  minNotional: 5,
  takerFee: 0.001,
  makerFee: 0.001,
  validFrom: 0,
};
const instrument = { exchange: "binance", symbol: "BTC/USDT" };
const definition: RunDefinition = {
  strategy: ${className},
  params: {},
  feeds: [{ feed: { name: "data", instrument, timeframe: "1h" }, spec, firstClose: START + HOUR }],
  broker: { cash: 10_000, fee: null, allowShort: false },
  tradeFrom: START,
};

test("${name} trades, never borrows, and never holds less than nothing", () => {
  const run = new Run(definition);
  run.offer(0, candles, 0, candles.length);
  run.end(0);
  run.advance();
  const { cycles, fills } = run.drain();
  expect(fills.length).toBeGreaterThan(0);
  expect(cycles.length).toBe(candles.length);
  for (let i = 0; i < cycles.length; i++) {
    expect(cycles.cash[i]).toBeGreaterThanOrEqual(0);
    expect(cycles.position[0]![i]).toBeGreaterThanOrEqual(0);
  }
});

test("${name} does the same when it is stopped and started again", () => {
  const whole = new Run(definition);
  whole.offer(0, candles, 0, candles.length);
  whole.end(0);
  whole.advance();

  const before = new Run(definition);
  before.offer(0, candles, 0, 700);
  before.advance();
  before.drain();
  const after = new Run(definition);
  after.restore(before.snapshot());
  after.offer(0, candles, 700, candles.length);
  after.end(0);
  after.advance();
  expect(after.resultHash()).toBe(whole.resultHash());
});
`;
}
