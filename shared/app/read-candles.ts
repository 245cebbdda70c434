import type { Candle, ChosenCandles } from "../market/candle.ts";
import { candleColumnsOf } from "../market/candle-columns.ts";
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
  const from = Math.max(windowOpen("1s", query.from + 999), windowOpen("1s", extent.from));
  const to = Math.min(windowOpen("1s", query.to), windowClose("1s", windowOpen("1s", extent.to)));
  yield* foldStoredTicks(ports, query.instrument, "1s", { from, to });
}

/** The same without gaps, in columns for the engine. */
export async function candleColumns(ports: ReadCandlesPorts, query: CandleQuery): Promise<ChosenCandles> {
  if (query.timeframe !== "1s") return ports.candles.columns(query);
  const bars: Candle[] = [];
  for await (const candles of readCandles(ports, query)) for (const candle of candles) bars.push(candle);
  return candleColumnsOf(bars);
}
