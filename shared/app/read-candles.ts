import type { Candle, CandleColumns } from "../market/candle.ts";
import { decimalToNumber } from "../market/decimal.ts";
import { windowClose, windowOpen } from "../market/timeframe.ts";
import type { CandleQuery, CandleStore } from "../ports/candle-store.ts";
import type { RangeRegistry } from "../ports/range-registry.ts";
import type { TickStore } from "../ports/tick-store.ts";
import { foldStoredTicks } from "./fold-stored-ticks.ts";

export interface ReadCandlesPorts {
  readonly ticks: TickStore;
  readonly candles: CandleStore;
  readonly ranges: RangeRegistry;
}

/** Candles of a feed, one a window, in order, gaps included. `1s` is folded from stored ticks as it is read. */
export async function* readCandles(ports: ReadCandlesPorts, query: CandleQuery): AsyncGenerator<readonly Candle[]> {
  if (query.timeframe !== "1s") {
    yield* ports.candles.read(query);
    return;
  }
  const extent = await ports.ticks.extent(query.instrument);
  if (extent === null) return;
  const from = Math.max(query.from, windowOpen("1s", extent.from));
  const to = Math.min(query.to, windowClose("1s", windowOpen("1s", extent.to)));
  const span = {
    from: from === windowOpen("1s", from) ? from : windowClose("1s", windowOpen("1s", from)),
    to: windowOpen("1s", to),
  };
  yield* foldStoredTicks(ports, query.instrument, "1s", span);
}

/** The same without gaps, in columns for the engine. */
export async function candleColumns(ports: ReadCandlesPorts, query: CandleQuery): Promise<CandleColumns> {
  if (query.timeframe !== "1s") return ports.candles.columns(query);
  const bars: Candle[] = [];
  for await (const candles of readCandles(ports, query)) {
    for (const candle of candles) if (candle.completeness !== "gap") bars.push(candle);
  }
  const column = (value: (candle: Candle) => number | null): Float64Array =>
    Float64Array.from(bars, (candle) => value(candle) ?? Number.NaN);
  return {
    length: bars.length,
    openTime: column((candle) => candle.openTime),
    closeTime: column((candle) => candle.closeTime),
    open: column((candle) => candle.open),
    high: column((candle) => candle.high),
    low: column((candle) => candle.low),
    close: column((candle) => candle.close),
    volume: column((candle) => decimalToNumber(candle.volume)),
    trades: column((candle) => candle.trades),
  };
}
