import { generateMarket } from "#shared/generator/generate-market.ts";
import { majorPairs } from "#shared/generator/major-pairs.ts";
import { collectTicks } from "#shared/market/collect-ticks.ts";
import type { Instrument } from "#shared/market/instrument.ts";
import { sliceTicks, type TickColumns } from "#shared/market/tick.ts";

const START = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;
/** About as many as BTC/USDT has on Binance on a quiet day. */
const TRADES_PER_DAY = 1_000_000;

export const BENCH_INSTRUMENT: Instrument = { exchange: "binance", symbol: "BTC/USDT" };

/** At least `count` ticks of a market that looks like BTC/USDT, cut to exactly `count`. */
export function benchmarkTicks(count: number): TickColumns {
  const [bitcoin] = majorPairs(TRADES_PER_DAY);
  const days = Math.ceil((count / TRADES_PER_DAY) * 1.5) + 1;
  const [stream] = generateMarket(7, { from: START, to: START + days * DAY, instruments: [bitcoin!] });
  const ticks = collectTicks(upTo(stream!.blocks(65_536), count));
  if (ticks.length < count)
    throw new Error(`the market has ${ticks.length} ticks in ${days} days, ${count} are needed`);
  return sliceTicks(ticks, 0, count);
}

function* upTo(blocks: Iterable<TickColumns>, count: number): Generator<TickColumns> {
  let length = 0;
  for (const block of blocks) {
    yield block;
    length += block.length;
    if (length >= count) return;
  }
}

/** The least of some timings of `work`, seconds: what the machine can do when nothing disturbs it. */
export async function fastest(rounds: number, work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    await work();
    least = Math.min(least, (performance.now() - started) / 1_000);
  }
  return least;
}
