import { randomWalk } from "#shared/engine/random-walk.ts";
import { Run } from "#shared/engine/run.ts";
import type { RunDefinition } from "#shared/engine/run-definition.ts";
import type { FillRow, RunEvents } from "#shared/engine/run-events.ts";
import type { CandleColumns, ToldCandles } from "#shared/market/candle.ts";
import { SmaCross } from "#strategies/sma-cross/strategy.ts";
import { runBacktrader } from "./backtrader-peer.ts";
import type { Figure } from "./figure.ts";
import { SmaCrossStake, STAKE } from "./sma-cross-stake.ts";

const BARS = 1_000_000;
const BLOCK = 1_000;
const ROUNDS = 7;
const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);
const CASH = 1_000_000;
const FEE = 0.0001;
const PERCENT = 0.95;
const STEPS_PER_UNIT = 100_000;
/** Bars that backtrader is given: it is the same work a bar, and a million would take a minute. */
const PEER_BARS = 100_000;

const instrument = { exchange: "binance", symbol: "BTC/USDT" };
const spec = {
  base: "BTC",
  quote: "USDT",
  priceStep: 0.01,
  amountStep: 1 / STEPS_PER_UNIT,
  minAmount: 0,
  minNotional: 0,
  takerFee: FEE,
  makerFee: FEE,
  validFrom: 0,
};

/** SMA(10)/SMA(30) cross on minutes. */
export const definition: RunDefinition = {
  strategy: SmaCross,
  params: { fast: 10, slow: 30, percent: PERCENT },
  feeds: [{ feed: { name: "data", instrument, timeframe: "1m" }, spec, firstClose: START + MINUTE }],
  broker: { cash: CASH, fee: null, allowShort: false },
  tradeFrom: START,
};

/** A million minutes whose prices are 1/128ths: sums of them are exact, so every way of summing finds the same crosses. */
export function benchmarkBars(): ToldCandles {
  const walk = randomWalk({ timeframe: "1m", start: START, count: BARS, seed: 42 });
  for (const column of [walk.open, walk.high, walk.low, walk.close]) {
    for (let i = 0; i < column.length; i++) column[i] = Math.max(1, Math.round(column[i]! * 128)) / 128;
  }
  return walk;
}

interface Outcome {
  readonly fills: number;
  readonly value: number;
}

/** The same strategy and broker as one plain loop, without engine, orders, hash or rows: the check, and the peer. */
function plainLoop(
  bars: CandleColumns,
  equity: Float64Array,
  fills: { price: number; size: number }[] | null,
): Outcome {
  const { open, close } = bars;
  let fast = 0;
  let slow = 0;
  let earlier = 0;
  let cash = CASH;
  let lots = 0;
  let wanted = 0;
  let count = 0;
  for (let i = 0; i < BARS; i++) {
    if (wanted !== 0) {
      const size = wanted / STEPS_PER_UNIT;
      const cost = Math.abs(size) * open[i]! * FEE;
      if (wanted < 0 || cash - size * open[i]! - cost >= 0) {
        cash = cash - size * open[i]! - cost;
        lots += wanted;
        count++;
        fills?.push({ price: open[i]!, size });
      }
      wanted = 0;
    }
    fast += close[i]! - (i >= 10 ? close[i - 10]! : 0);
    slow += close[i]! - (i >= 30 ? close[i - 30]! : 0);
    equity[i] = cash + (lots / STEPS_PER_UNIT) * close[i]!;
    if (i < 29) continue;
    const difference = fast / 10 - slow / 30;
    if (difference > 0 && earlier < 0 && lots === 0) {
      wanted = Math.trunc(((equity[i]! * PERCENT) / close[i]!) * STEPS_PER_UNIT);
    } else if (difference < 0 && earlier > 0 && lots > 0) wanted = -lots;
    if (difference !== 0) earlier = difference;
  }
  return { fills: count, value: equity[BARS - 1]! };
}

function throughEngine(
  bars: CandleColumns,
  block: number,
  take: (events: RunEvents) => void,
  settings: RunDefinition = definition,
): string {
  const run = new Run(settings);
  for (let from = 0; from < BARS; from += block) {
    run.offer(0, bars, from, Math.min(from + block, BARS));
    run.advance();
    take(run.drain());
  }
  run.end(0);
  return run.resultHash();
}

/** Throws unless the engine fills the same sizes at the same prices as the plain loop and ends with its equity. */
function check(bars: CandleColumns): string {
  const expected: { price: number; size: number }[] = [];
  const equity = new Float64Array(BARS);
  plainLoop(bars, equity, expected);
  const fills: FillRow[] = [];
  let cycles = 0;
  const hash = throughEngine(bars, BLOCK, (events) => {
    fills.push(...events.fills);
    for (let i = 0; i < events.cycles.length; i++) {
      const value = events.cycles.value[i]!;
      if (!(Math.abs(value / equity[cycles + i]! - 1) < 1e-9)) {
        throw new Error(`cycle ${cycles + i}: the engine has equity ${value}, the plain loop ${equity[cycles + i]!}`);
      }
    }
    cycles += events.cycles.length;
  });
  if (cycles !== BARS || fills.length !== expected.length || fills.length < BARS / 100) {
    throw new Error(
      `the engine ran ${cycles} cycles with ${fills.length} fills, the plain loop has ${expected.length}`,
    );
  }
  for (const [i, fill] of fills.entries()) {
    if (fill.price !== expected[i]!.price || Math.abs(fill.size - expected[i]!.size) > 1.5 / STEPS_PER_UNIT) {
      throw new Error(`fill ${i}: ${fill.size} at ${fill.price}, the plain loop has ${JSON.stringify(expected[i])}`);
    }
  }
  return hash;
}

/** Million bars a second of CPU time, of all threads (the collector's too), so that a busy machine does not count. */
function best(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return BARS / least;
}

/** The definition of the peer's strategy. */
const stakeDefinition: RunDefinition = { ...definition, strategy: SmaCrossStake, params: {} };

/** CPU seconds of a bar in backtrader. Throws unless it fills the same sizes at the same prices on the same bars. */
async function checkBacktrader(bars: CandleColumns): Promise<number> {
  const peer = await runBacktrader("backtrader_sma_cross.py", [{ bars, count: PEER_BARS }], {
    cash: CASH,
    fee: FEE,
    stake: STAKE,
  });
  const fills: FillRow[] = [];
  throughEngine(bars, BARS, (events) => fills.push(...events.fills), stakeDefinition);
  for (const [i, [bar, size, price]] of peer.fills.entries()) {
    const fill = fills[i];
    if (fill?.time !== bars.closeTime[bar - 1]! - 1 || fill.size !== size || fill.price !== price) {
      throw new Error(`fill ${i}: ${JSON.stringify(fill)}, backtrader has ${size} at ${price} in bar ${bar}`);
    }
  }
  if (peer.fills.length < PEER_BARS / 100) throw new Error(`only ${peer.fills.length} fills could be compared`);
  return peer.cpuSeconds / PEER_BARS;
}

/** Bars a second through strategy, orders, equity a bar and hash. */
export async function run(): Promise<Figure[]> {
  const bars = benchmarkBars();
  const hash = check(bars);
  const peerSeconds = await checkBacktrader(bars);
  const stakeHash = throughEngine(bars, BARS, () => {}, stakeDefinition);
  const measure = (block: number, settings: RunDefinition, expected: string): number =>
    best(() => {
      const found = throughEngine(bars, block, () => {}, settings);
      if (found !== expected) throw new Error(`blocks of ${block} bars change the hash`);
    });
  const whole = measure(BARS, stakeDefinition, stakeHash);
  const blocks = measure(BLOCK, stakeDefinition, stakeHash);
  const percent = measure(BLOCK, definition, hash);
  const equity = new Float64Array(BARS);
  const plain = best(() => plainLoop(bars, equity, null));
  const unit = "M bars/CPU s";
  const peer = "backtrader, same bars and fills";
  return [
    // As every host calls it: step by step, each step's rows handed out after it.
    { name: "engine", value: blocks, unit, peer, ratio: blocks * 1e6 * peerSeconds },
    { name: "engine, all bars in one step", value: whole, unit, peer, ratio: whole * 1e6 * peerSeconds },
    {
      name: "engine, sized by percent",
      value: percent,
      unit,
      peer: "one plain loop without engine",
      ratio: percent / plain,
    },
  ];
}
