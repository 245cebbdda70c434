import { type Tick, type TickColumns, tickAt } from "#shared/market/tick.ts";

export const START = Date.UTC(2024, 7, 8);

/** One tick a second from `START`, ids from `firstId`. */
export function ticksFrom(firstId: number, count: number, start = START): Tick[] {
  return Array.from({ length: count }, (_, i) => ({
    id: firstId + i,
    ts: start + i * 1_000,
    price: 100 + i / 8,
    amount: 0.1 + i,
    side: i % 3 === 0 ? "buy" : i % 3 === 1 ? "sell" : null,
  }));
}

/** The rows of blocks, as objects. */
export function rowsOf(blocks: readonly TickColumns[]): Tick[] {
  return blocks.flatMap((block) => Array.from({ length: block.length }, (_, i) => tickAt(block, i)));
}
