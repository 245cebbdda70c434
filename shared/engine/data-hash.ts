import type { CandleColumns } from "../market/candle.ts";
import { ResultHash } from "./result-hash.ts";

/** Fingerprint of the candles that a feed gave, taken block by block: times, prices, volumes and trades, in order. */
export class DataHash {
  private readonly hash = new ResultHash();

  /** Takes rows from (inclusive) to (exclusive). */
  add(columns: CandleColumns, from: number, to: number): void {
    const { openTime, closeTime, open, high, low, close, volume, trades } = columns;
    for (let i = from; i < to; i++) {
      this.hash.pair(openTime[i]!, closeTime[i]!);
      this.hash.pair(open[i]!, high[i]!);
      this.hash.pair(low[i]!, close[i]!);
      this.hash.pair(volume[i]!, trades[i]!);
    }
  }

  /** Takes how far a feed is told, ms UTC. */
  tell(time: number): void {
    this.hash.pair(time, time);
  }

  /** 32 hex digits; more can follow. */
  digest(): string {
    return this.hash.digest();
  }
}
