import type { Evidence } from "../aggregation/completeness.ts";
import { StoredFold } from "../aggregation/stored-fold.ts";
import { type ClosedWindow, candleOf } from "../aggregation/window-state.ts";
import type { Candle } from "../market/candle.ts";
import { type Instrument, instrumentKey } from "../market/instrument.ts";
import { type Interval, joinIntervals } from "../market/interval.ts";
import type { IdScheme } from "../market/tick.ts";
import { type Timeframe, windowClose, windowOpen } from "../market/timeframe.ts";
import type { RangeRegistry } from "../ports/range-registry.ts";
import type { TickStore } from "../ports/tick-store.ts";

/**
 * Folds stored ticks into the candles of [span.from, span.to), whole windows of `timeframe`, in order. Neighbours
 * outside the span are folded too, so that each window is judged as if all of history had been: a candle depends on
 * stored ticks and coverage alone. Windows before the first stored trade and after the last do not exist.
 */
export async function* foldStoredTicks(
  ports: { readonly ticks: TickStore; readonly ranges: RangeRegistry },
  instrument: Instrument,
  timeframe: Timeframe,
  span: Interval,
): AsyncGenerator<readonly Candle[]> {
  const extent = await ports.ticks.extent(instrument);
  if (extent === null || span.from >= span.to) return;
  const before = await ports.ticks.before(instrument, span.from);
  const after = await ports.ticks.atOrAfter(instrument, span.to);
  const from = before === null ? span.from : windowOpen(timeframe, before.ts);
  const to = after === null ? span.to : windowClose(timeframe, windowOpen(timeframe, after.ts));
  const fold = new StoredFold(timeframe, await evidenceOf(ports.ranges, instrument, extent.ids, { from, to }));
  const sequentialIds = extent.ids === "sequence";
  const series = { instrument: instrumentKey(instrument), timeframe, origin: "rebuilt", sequentialIds } as const;
  const candles = (windows: readonly ClosedWindow[]): Candle[] =>
    windows
      .filter((window) => window.openTime >= span.from && window.openTime < span.to)
      // A fold of what is stored has no earlier revision: what the fold corrected on its way was never published.
      .map((window) => ({ ...candleOf(series, window, "rebuild"), revision: 0 }));
  for await (const ticks of ports.ticks.read(instrument, from, to)) yield candles(fold.push(ticks));
  yield candles(fold.finish());
}

async function evidenceOf(
  ranges: RangeRegistry,
  instrument: Instrument,
  ids: IdScheme,
  span: Interval,
): Promise<Evidence> {
  const coverage = await ranges.coverage(instrument, span.from, span.to);
  const lost = coverage.filter((each) => each.kind === "lost");
  const told = joinIntervals(coverage.filter((each) => each.kind !== "lost"));
  const vouched = (from: number, to: number): boolean => told.some((each) => each.from <= from && each.to >= to);
  return { ids, lost, vouched };
}
