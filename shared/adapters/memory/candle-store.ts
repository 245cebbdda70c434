import { type Candle, type CandleOrigin, type ChosenCandles, sameContent } from "#shared/market/candle.ts";
import { candleColumnsOf } from "#shared/market/candle-columns.ts";
import { type Instrument, instrumentKey, parseInstrument } from "#shared/market/instrument.ts";
import type { Interval } from "#shared/market/interval.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";
import { WindowChoice } from "#shared/market/window-choice.ts";
import type { CandleExtent, CandleQuery, CandleStore } from "#shared/ports/candle-store.ts";
import type { RangeRegistry } from "#shared/ports/range-registry.ts";

const BLOCK_ROWS = 4_096;

/** Candles that live as long as the process: for tests and first looks, not for volume. */
export class MemoryCandleStore implements CandleStore {
  readonly #ranges: RangeRegistry;
  /** By series, then openTime: all candidates of the window. */
  readonly #series = new Map<string, Map<number, Candle[]>>();

  /** `ranges` tells which windows are dirty. */
  constructor(ranges: RangeRegistry) {
    this.#ranges = ranges;
  }

  async put(candles: readonly Candle[]): Promise<void> {
    for (const candle of candles) this.#put(candle);
  }

  async replace(
    series: {
      readonly instrument: Instrument;
      readonly timeframe: Timeframe;
      readonly origin: CandleOrigin;
    } & Interval,
    candles: readonly Candle[],
  ): Promise<void> {
    const windows = this.#windows(instrumentKey(series.instrument), series.timeframe);
    const stored = new Map<number, Candle>();
    for (const [openTime, candidates] of windows) {
      if (openTime < series.from || openTime >= series.to) continue;
      const held = greatestRevision(candidates.filter(({ origin }) => origin === series.origin));
      if (held !== undefined) stored.set(openTime, held);
      const others = candidates.filter(({ origin }) => origin !== series.origin);
      if (others.length === 0) windows.delete(openTime);
      else windows.set(openTime, others);
    }
    for (const candle of candles) {
      const held = stored.get(candle.openTime);
      const kept = held !== undefined && sameContent(held, candle);
      this.#put({ ...candle, revision: held === undefined ? 0 : kept ? held.revision : held.revision + 1 });
    }
  }

  async *read(query: CandleQuery): AsyncGenerator<readonly Candle[], void, undefined> {
    const dirty = await this.#ranges.dirty(query.instrument);
    const choice = new WindowChoice(query.choice, dirty);
    const chosen = this.#candidates(query).map((candidates) => best(choice, candidates));
    for (let at = 0; at < chosen.length; at += BLOCK_ROWS) yield chosen.slice(at, at + BLOCK_ROWS);
  }

  async *readOrigin(
    query: Omit<CandleQuery, "choice">,
    origin: CandleOrigin,
  ): AsyncGenerator<readonly Candle[], void, undefined> {
    const chosen = this.#candidates(query)
      .map((candidates) => greatestRevision(candidates.filter((candle) => candle.origin === origin)))
      .filter((candle) => candle !== undefined);
    for (let at = 0; at < chosen.length; at += BLOCK_ROWS) yield chosen.slice(at, at + BLOCK_ROWS);
  }

  async columns(query: CandleQuery): Promise<ChosenCandles> {
    const candles: Candle[] = [];
    for await (const block of this.read(query)) candles.push(...block);
    return candleColumnsOf(candles);
  }

  async extents(instrument: Instrument | null): Promise<readonly CandleExtent[]> {
    const extents = new Map<string, CandleExtent>();
    for (const candidates of [...this.#series.values()].flatMap((windows) => [...windows.values()])) {
      for (const candle of new Map(candidates.map((candidate) => [candidate.origin, candidate])).values()) {
        if (instrument !== null && candle.instrument !== instrumentKey(instrument)) continue;
        const key = `${candle.instrument} ${candle.timeframe} ${candle.origin}`;
        const extent = extents.get(key);
        extents.set(key, {
          instrument: parseInstrument(candle.instrument),
          timeframe: candle.timeframe,
          origin: candle.origin,
          from: Math.min(extent?.from ?? candle.openTime, candle.openTime),
          to: Math.max(extent?.to ?? candle.closeTime, candle.closeTime),
          count: (extent?.count ?? 0) + 1,
        });
      }
    }
    return [...extents.values()];
  }

  #put(candle: Candle): void {
    const windows = this.#windows(candle.instrument, candle.timeframe);
    const others = (windows.get(candle.openTime) ?? []).filter(
      ({ origin, revision }) => origin !== candle.origin || revision !== candle.revision,
    );
    windows.set(candle.openTime, [...others, candle]);
  }

  #windows(instrument: string, timeframe: Timeframe): Map<number, Candle[]> {
    const key = `${instrument}@${timeframe}`;
    const windows = this.#series.get(key) ?? new Map<number, Candle[]>();
    this.#series.set(key, windows);
    return windows;
  }

  /** All candidates of each window, in order of windows. */
  #candidates({ instrument, timeframe, from, to }: Omit<CandleQuery, "choice">): Candle[][] {
    return [...this.#windows(instrumentKey(instrument), timeframe)]
      .filter(([openTime, [candle]]) => openTime >= from && candle!.closeTime <= to)
      .sort(([a], [b]) => a - b)
      .map(([, candidates]) => candidates);
  }
}

function greatestRevision(candidates: readonly Candle[]): Candle | undefined {
  return candidates.reduce<Candle | undefined>(
    (best, candle) => (best === undefined || candle.revision > best.revision ? candle : best),
    undefined,
  );
}

function best(choice: WindowChoice, candidates: readonly Candle[]): Candle {
  return candidates.reduce((held, candle) => {
    const { openTime, closeTime, origin, revision } = candle;
    return choice.offer(openTime, closeTime, origin, revision) === "worse" ? held : candle;
  }, candidates[0]!);
}
