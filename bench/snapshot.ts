import type { FeedView } from "#shared/engine/feeds/feed-view.ts";
import type { Line } from "#shared/engine/feeds/line.ts";
import { EMA } from "#shared/engine/indicators/ema.ts";
import { Highest } from "#shared/engine/indicators/highest.ts";
import { Lowest } from "#shared/engine/indicators/lowest.ts";
import { Momentum } from "#shared/engine/indicators/momentum.ts";
import { RSI } from "#shared/engine/indicators/rsi.ts";
import { SMA } from "#shared/engine/indicators/sma.ts";
import { SMMA } from "#shared/engine/indicators/smma.ts";
import { StandardDeviation } from "#shared/engine/indicators/standard-deviation.ts";
import { SumN } from "#shared/engine/indicators/sum-n.ts";
import { WMA } from "#shared/engine/indicators/wma.ts";
import { Run } from "#shared/engine/run.ts";
import type { RunDefinition } from "#shared/engine/run-definition.ts";
import { Strategy } from "#shared/engine/strategy.ts";
import { benchmarkBars, definition as minutesDefinition } from "./engine.ts";
import type { Figure } from "./figure.ts";

const PERIOD = 200;
const WARM_UP = 5_000;
/** Bars after the cut on which both runs must do the same. */
const AFTER = 1_000;
const REPEATS = 200;
const ROUNDS = 15;

const INDICATORS = [EMA, Highest, Lowest, Momentum, RSI, SMA, SMMA, StandardDeviation, SumN, WMA];

function sourcesOf(feed: FeedView): readonly Line[] {
  return [feed.open, feed.high, feed.low, feed.close, feed.volume];
}

/** Makes each indicator of each line of the feed; returns their number. */
function indicatorsOf(feed: FeedView): number {
  const made = sourcesOf(feed).flatMap((source) =>
    INDICATORS.map((Indicator) => new Indicator(source, { period: PERIOD })),
  );
  return made.length;
}

/** Fifty indicators, and orders that hang on them. */
class FiftyIndicators extends Strategy({}) {
  readonly count = indicatorsOf(this.data);
  readonly average = new SMA(this.data.close, { period: PERIOD });

  override next(): void {
    const above = this.data.close.now > this.average.now;
    if (above && this.position.size === 0) this.orderTargetPercent(0.9);
    else if (!above && this.position.size > 0) this.close();
  }
}

const definition: RunDefinition = { ...minutesDefinition, strategy: FiftyIndicators, params: {} };

function advance(run: Run, from: number, to: number, bars: ReturnType<typeof benchmarkBars>): void {
  run.offer(0, bars, from, to);
  run.advance();
  run.drain();
}

/** Throws unless a restored run holds the same bytes, and after more bars the same bytes and result still. */
function check(run: Run, snapshot: Uint8Array, bars: ReturnType<typeof benchmarkBars>): void {
  const restored = new Run(definition);
  restored.restore(snapshot);
  const same = (first: Uint8Array, second: Uint8Array): boolean => Buffer.compare(first, second) === 0;
  if (!same(restored.snapshot(), snapshot)) throw new Error("a restored run has another snapshot");
  const before = run.resultHash();
  advance(run, WARM_UP, WARM_UP + AFTER, bars);
  advance(restored, WARM_UP, WARM_UP + AFTER, bars);
  if (run.resultHash() === before) throw new Error("nothing happened after the cut");
  if (run.resultHash() !== restored.resultHash()) throw new Error("a restored run has another result");
  if (!same(run.snapshot(), restored.snapshot())) throw new Error("a restored run ends in another state");
}

/** Least CPU µs of one call of `work`; `prepare` is not timed. */
function least<Prepared>(prepare: () => Prepared, work: (prepared: Prepared) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const prepared = Array.from({ length: REPEATS }, prepare);
    const before = process.cpuUsage();
    for (const each of prepared) work(each);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / REPEATS);
  }
  return best;
}

/** CPU time of a snapshot of a run with 50 indicators of period 200, and of restoring it into a fresh run. */
export async function run(): Promise<Figure[]> {
  const bars = benchmarkBars();
  const warm = (): Run => {
    const made = new Run(definition);
    advance(made, 0, WARM_UP, bars);
    return made;
  };
  const held = warm();
  const snapshot = held.snapshot();
  check(warm(), snapshot, bars);
  const saving = least(
    () => held,
    (each) => void each.snapshot(),
  );
  const restoring = least(
    () => new Run(definition),
    (each) => each.restore(snapshot),
  );
  const name = `snapshot, ${INDICATORS.length * 5} indicators of period ${PERIOD}`;
  return [
    { name, value: saving, unit: "CPU µs" },
    { name: `${name}, restore`, value: restoring, unit: "CPU µs" },
    { name: `${name}, size`, value: snapshot.length, unit: "bytes" },
  ];
}
