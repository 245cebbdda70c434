import { sliceTicks, type TickColumns } from "../../market/tick.ts";
import { windowClose, windowOpen } from "../../market/timeframe.ts";

/** Whole windows of a minute are what the live fold makes first. */
const BASE = "1m";

/** A minute that has trades. */
export interface TradedWindow {
  /** ms UTC, inclusive. */
  readonly openTime: number;
  /** ms UTC, exclusive. */
  readonly closeTime: number;
  /** Its ticks, in order, in one block or more. */
  readonly ticks: readonly TickColumns[];
  /** Least first and greatest last id. */
  readonly firstId: number;
  readonly lastId: number;
}

/** Blocks of ticks in order of time, as the minutes that have some. */
export async function* tradedWindows(blocks: AsyncIterable<TickColumns>): AsyncGenerator<TradedWindow> {
  let openTime = Number.NaN;
  let parts: TickColumns[] = [];
  for await (const block of blocks) {
    for (let start = 0; start < block.length; ) {
      const opens = windowOpen(BASE, block.ts[start]!);
      if (opens !== openTime) {
        if (parts.length > 0) yield windowOf(openTime, parts);
        openTime = opens;
        parts = [];
      }
      const closeTime = windowClose(BASE, opens);
      let end = start + 1;
      while (end < block.length && block.ts[end]! < closeTime) end++;
      parts.push(sliceTicks(block, start, end));
      start = end;
    }
  }
  if (parts.length > 0) yield windowOf(openTime, parts);
}

function windowOf(openTime: number, ticks: readonly TickColumns[]): TradedWindow {
  let firstId = Number.POSITIVE_INFINITY;
  let lastId = Number.NEGATIVE_INFINITY;
  for (const part of ticks) {
    for (let row = 0; row < part.length; row++) {
      firstId = Math.min(firstId, part.firstId[row]!);
      lastId = Math.max(lastId, part.lastId[row]!);
    }
  }
  return { openTime, closeTime: windowClose(BASE, openTime), ticks, firstId, lastId };
}
