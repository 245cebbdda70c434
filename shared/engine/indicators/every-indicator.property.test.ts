import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import type { InstrumentSpec } from "../../market/instrument.ts";
import type { FeedView } from "../feeds/feed-view.ts";
import { int } from "../parameter.ts";
import { randomWalk } from "../random-walk.ts";
import { Run } from "../run.ts";
import type { RunDefinition } from "../run-definition.ts";
import { Strategy } from "../strategy.ts";
import { BollingerBands } from "./bollinger-bands.ts";
import { SMA } from "./sma.ts";
import { EVERY_INDICATOR } from "./test-indicators.ts";

const RUNS = propertyRuns(12).numRuns;
const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);
const makers = Object.values(EVERY_INDICATOR);

function makeAll(data: FeedView): number {
  for (const make of makers) make(data);
  return makers.length;
}

/** Every indicator on one feed. */
class Everything extends Strategy({ unused: int(1, { min: 1, max: 1 }) }) {
  static override readonly lookback = 3;
  readonly count = makeAll(this.data);
}

/** One of them alone, so that nothing but its own windows decides the look-back. */
class Alone extends Strategy({ which: int(0, { min: 0, max: makers.length - 1 }) }) {
  static override readonly lookback = 0;
  readonly line = makers[this.params.which]!(this.data);
}

const spec: InstrumentSpec = {
  base: "BTC",
  quote: "USDT",
  priceStep: 0.01,
  amountStep: 0.001,
  minAmount: 0.002,
  minNotional: 1,
  takerFee: 0.001,
  makerFee: 0.001,
  validFrom: 0,
};

function definitionOf(strategy: RunDefinition["strategy"], params: RunDefinition["params"]): RunDefinition {
  const instrument = { exchange: "binance", symbol: "BTC/USDT" };
  return {
    strategy,
    params,
    feeds: [{ feed: { name: "data", instrument, timeframe: "1m" }, spec, firstClose: START + MINUTE }],
    broker: { cash: 1000, fee: null, allowShort: false },
    tradeFrom: START,
  };
}

/** Snapshots of a run that was, or was not, restarted at each cut, and of one that took all bars at once. */
function snapshots(definition: RunDefinition, seed: number, count: number, cuts: readonly number[]) {
  const walk = randomWalk({ timeframe: "1m", start: START, count, seed, empty: 0.2 });
  const whole = new Run(definition);
  whole.offer(0, walk, 0, walk.length);
  whole.advance();
  whole.drain();
  let restarted = new Run(definition);
  let from = 0;
  for (const size of [...cuts, count]) {
    const to = Math.min(from + size, walk.length);
    restarted.offer(0, walk, from, to);
    restarted.advance();
    restarted.drain();
    const bytes = restarted.snapshot();
    restarted = new Run(definition);
    restarted.restore(bytes);
    expect(Buffer.compare(restarted.snapshot(), bytes)).toBe(0);
    from = to;
  }
  return [restarted.snapshot(), whole.snapshot()] as const;
}

test("a run tells the lines of its indicators by field name", () => {
  class Banded extends Strategy({ unused: int(1, { min: 1, max: 1 }) }) {
    readonly average = new SMA(this.data.close, { period: 2 });
    readonly bands = new BollingerBands(this.data.close, { period: 3 });
  }
  const run = new Run(definitionOf(Banded, {}));
  const walk = randomWalk({ timeframe: "1m", start: START, count: 9, seed: 1 });
  run.offer(0, walk, 0, walk.length);
  run.advance();
  const lines = run.indicators();
  expect([...lines.keys()]).toEqual(["average", "bands", "bands.top", "bands.bot"]);
  expect(lines.get("bands.top")!.now).toBeGreaterThan(lines.get("bands")!.now);
});

const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 });

test("a restore at any cut changes no byte of any indicator", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 250 }), sizes, (seed, count, cuts) => {
      const [restarted, whole] = snapshots(definitionOf(Everything, {}), seed, count, cuts);
      expect(Buffer.compare(restarted, whole)).toBe(0);
    }),
    { numRuns: RUNS },
  );
});

test("a restore at every bar changes no byte", () => {
  const [restarted, whole] = snapshots(definitionOf(Everything, {}), 3, 120, new Array<number>(120).fill(1));
  expect(Buffer.compare(restarted, whole)).toBe(0);
});

test.each(Object.keys(EVERY_INDICATOR).map((name, which) => [name, which] as const))(
  "%s keeps all that it reads back to",
  (_name, which) => {
    const definition = definitionOf(Alone, { which });
    const [restarted, whole] = snapshots(definition, 7, 150, new Array<number>(50).fill(3));
    expect(Buffer.compare(restarted, whole)).toBe(0);
  },
);
