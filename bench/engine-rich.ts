import { Run } from "#shared/engine/run.ts";
import type { RunDefinition } from "#shared/engine/run-definition.ts";
import type { FillRow, RunEvents } from "#shared/engine/run-events.ts";
import type { CandleColumns } from "#shared/market/candle.ts";
import { runBacktrader } from "./backtrader-peer.ts";
import { benchmarkBars, definition as minutesDefinition } from "./engine.ts";
import type { Figure } from "./figure.ts";
import { GRID, RichStrategy, STAKE } from "./peers/rich-strategy.ts";

const BLOCK = 1_000;
const ROUNDS = 5;
/** Minutes of a bar of the slow feed. */
const RATIO = 15;
/** Bars that backtrader is given: it takes a second for a few thousand of them. */
const PEER_BARS = 20_000;
/** Bars of the run that is stopped and restored. */
const CUT_BARS = 20_000;
/** A prime, so that cuts fall on every place within a slow bar. */
const CUT_EVERY = 97;

/** Prices step in 1/128ths, so that a stop made from an average is the same one in backtrader, which rounds nothing. */
function definitionOf(slow: CandleColumns): RunDefinition {
  const [data] = minutesDefinition.feeds;
  const spec = { ...data!.spec, priceStep: 1 / GRID };
  const { instrument } = data!.feed;
  return {
    ...minutesDefinition,
    strategy: RichStrategy,
    params: {},
    feeds: [
      { ...data!, spec },
      { feed: { name: "slow", instrument, timeframe: "15m" }, spec, firstClose: slow.closeTime[0]! },
    ],
  };
}

/** Whole bars of the slow feed. */
function slowBars(bars: CandleColumns): CandleColumns {
  const length = Math.floor(bars.length / RATIO);
  const column = (value: (from: number, to: number) => number): Float64Array =>
    Float64Array.from({ length }, (_, i) => value(i * RATIO, (i + 1) * RATIO));
  const sum = (values: Float64Array): Float64Array =>
    column((from, to) => values.subarray(from, to).reduce((total, value) => total + value, 0));
  return {
    length,
    openTime: column((from) => bars.openTime[from]!),
    closeTime: column((_, to) => bars.closeTime[to - 1]!),
    open: column((from) => bars.open[from]!),
    high: column((from, to) => Math.max(...bars.high.subarray(from, to))),
    low: column((from, to) => Math.min(...bars.low.subarray(from, to))),
    close: column((_, to) => bars.close[to - 1]!),
    volume: sum(bars.volume),
    trades: sum(bars.trades),
  };
}

interface Bars {
  readonly fast: CandleColumns;
  readonly slow: CandleColumns;
  readonly definition: RunDefinition;
}

/** Gives a run the bars of both feeds that close within minutes [from, to). */
function offer(run: Run, { fast, slow }: Bars, from: number, to: number): void {
  run.offer(1, slow, Math.floor(from / RATIO), Math.floor(to / RATIO));
  run.tell(1, fast.closeTime[to - 1]!);
  run.offer(0, fast, from, to);
  run.advance();
}

function throughEngine(bars: Bars, block: number, take: (events: RunEvents) => void): string {
  const run = new Run(bars.definition);
  const { length } = bars.fast;
  for (let from = 0; from < length; from += block) {
    offer(run, bars, from, Math.min(from + block, length));
    take(run.drain());
  }
  return run.resultHash();
}

/** CPU seconds of a bar in backtrader. Throws unless it fills the same sizes at the same prices on the same bars. */
async function checkBacktrader(bars: Bars, fills: readonly FillRow[]): Promise<number> {
  const { fast, slow, definition } = bars;
  const feeds = [
    { bars: fast, count: PEER_BARS },
    { bars: slow, count: Math.floor(PEER_BARS / RATIO) },
  ];
  const { cash } = definition.broker;
  const fee = definition.feeds[0]!.spec.takerFee;
  const peer = await runBacktrader("backtrader_rich.py", feeds, { cash, fee, stake: STAKE });
  const theirs = peer.fills;
  const ours = fills.filter((fill) => fill.time < fast.closeTime[PEER_BARS - 1]!);
  for (const [i, [bar, size, price]] of theirs.entries()) {
    const fill = ours[i];
    if (fill?.time !== fast.closeTime[bar - 1]! - 1 || fill.size !== size || fill.price !== price) {
      throw new Error(`fill ${i}: ${JSON.stringify(fill)}, backtrader has ${size} at ${price} in bar ${bar}`);
    }
  }
  if (ours.length !== theirs.length || theirs.length < PEER_BARS / 100) {
    throw new Error(`the engine has ${ours.length} fills, backtrader ${theirs.length}`);
  }
  return peer.cpuSeconds / PEER_BARS;
}

/** Throws unless a run that is stopped every few bars, and goes on in a fresh instance, has the hash of one that is not. */
function checkCuts(bars: Bars): void {
  const whole = new Run(bars.definition);
  offer(whole, bars, 0, CUT_BARS);
  let cut = new Run(bars.definition);
  for (let from = 0; from < CUT_BARS; from += CUT_EVERY) {
    offer(cut, bars, from, Math.min(from + CUT_EVERY, CUT_BARS));
    cut.drain();
    const snapshot = cut.snapshot();
    cut = new Run(bars.definition);
    cut.restore(snapshot);
  }
  if (cut.resultHash() !== whole.resultHash()) throw new Error("a run that is cut has another result");
}

/** Minutes a second through ten indicators, two feeds and bracket orders, with equity a bar and hash. */
export async function run(): Promise<Figure[]> {
  const fast = benchmarkBars();
  const slow = slowBars(fast);
  const bars: Bars = { fast, slow, definition: definitionOf(slow) };
  const fills: FillRow[] = [];
  const hash = throughEngine(bars, fast.length, (events) => fills.push(...events.fills));
  const peerSeconds = await checkBacktrader(bars, fills);
  checkCuts(bars);
  const figures: Figure[] = [];
  for (const [name, block] of [
    ["engine-rich", fast.length],
    [`engine-rich, ${BLOCK} bars a step`, BLOCK],
  ] as const) {
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      const before = process.cpuUsage();
      const found = throughEngine(bars, block, () => {});
      const { user, system } = process.cpuUsage(before);
      if (found !== hash) throw new Error(`blocks of ${block} bars change the hash`);
      least = Math.min(least, user + system);
    }
    const value = fast.length / least;
    const peer = "backtrader, same bars and fills";
    figures.push({ name, value, unit: "M bars/CPU s", peer, ratio: value * 1e6 * peerSeconds });
  }
  return figures;
}
