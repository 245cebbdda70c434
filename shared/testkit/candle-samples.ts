import type { Candle } from "#shared/market/candle.ts";
import { toDecimal } from "#shared/market/decimal.ts";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import { type Timeframe, windowClose, windowOpen } from "#shared/market/timeframe.ts";
import type { CandleQuery, CandleStore } from "#shared/ports/candle-store.ts";
import type { RangeRegistry } from "#shared/ports/range-registry.ts";
import { collect } from "./opened.ts";

/** The two ports that decide what `best` is. */
export interface CandleStorePorts {
  readonly candles: CandleStore;
  readonly ranges: RangeRegistry;
}

export const START = Date.UTC(2024, 0, 1);
export const MINUTE = 60_000;
const ALL = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** The candle of the `window`th minute from `START`. */
export function candle(instrument: Instrument, window: number, changes: Partial<Candle> = {}): Candle {
  const timeframe: Timeframe = changes.timeframe ?? "1m";
  const openTime = windowOpen(timeframe, START + window * MINUTE);
  return {
    instrument: instrumentKey(instrument),
    timeframe,
    openTime,
    closeTime: windowClose(timeframe, openTime),
    open: 100 + window,
    high: 110.5 + window,
    low: 90.25,
    close: 100.1 + window,
    volume: toDecimal(0.1) + BigInt(window),
    quoteVolume: toDecimal(1_000.000_000_1),
    buyVolume: toDecimal(0.05),
    trades: 10,
    firstId: window * 10,
    lastId: window * 10 + 9,
    origin: "rebuilt",
    revision: 0,
    reason: "rebuild",
    completeness: "proven",
    ...changes,
  };
}

/** A window whose trades are lost. */
export function gap(instrument: Instrument, window: number, changes: Partial<Candle> = {}): Candle {
  const none = { open: null, high: null, low: null, close: null, firstId: null, lastId: null };
  return candle(instrument, window, { ...none, volume: 0n, trades: 0, completeness: "gap", ...changes });
}

/** Asks for all minutes, the best of each, but for `changes`. */
export function query(instrument: Instrument, changes: Partial<CandleQuery> = {}): CandleQuery {
  return { instrument, timeframe: "1m", choice: "best", ...ALL, ...changes };
}

/** What `read` gives, at once. */
export async function read(store: CandleStore, asked: CandleQuery): Promise<Candle[]> {
  return (await collect(store.read(asked))).flat();
}
