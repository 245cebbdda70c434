import type { CandleColumns } from "#shared/market/candle.ts";
import { InputError } from "#shared/market/input-error.ts";
import { type Feed, instrumentKey } from "#shared/market/instrument.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import { Resampler } from "./resampler.ts";
import type { Series } from "./series.ts";

/** A feed, and the name of the one whose candles it is made from, if any. */
interface ResampledFeed {
  readonly feed: Feed;
  readonly resampleOf?: string;
}

interface Made {
  readonly source: number;
  readonly target: number;
  readonly name: string;
  readonly resampler: Resampler;
}

/**
 * The feeds of a run that are made from candles of another one. A larger candle is taken in the cycle of the last bar
 * that fills it; where that bar is missing, in a cycle of its own at its close. One that is not complete at the end of
 * its source is dropped.
 */
export class ResampledFeeds {
  private readonly made: readonly Made[];
  private readonly series: readonly Series[];

  /** Throws InputError where the source is not a feed of the same instrument with bars of its own that tile it. */
  constructor(feeds: readonly ResampledFeed[], series: readonly Series[]) {
    this.series = series;
    this.made = feeds.flatMap(({ feed, resampleOf }, target) => {
      if (resampleOf === undefined) return [];
      const source = feeds.findIndex((other) => other.feed.name === resampleOf && other.resampleOf === undefined);
      const from = feeds[source]?.feed;
      if (from === undefined || instrumentKey(from.instrument) !== instrumentKey(feed.instrument)) {
        throw new InputError(
          "usage",
          `feed ${feed.name} is to be made from '${resampleOf}': name a feed of ${instrumentKey(feed.instrument)} that has bars of its own`,
        );
      }
      series[target]!.told = series[source]!.told;
      return [{ source, target, name: feed.name, resampler: new Resampler(from.timeframe, feed.timeframe) }];
    });
  }

  /** Whether a feed is made from another one. */
  has(feed: number): boolean {
    return this.made.some(({ target }) => target === feed);
  }

  /** Bars [from, to) of a feed were offered. */
  offered(feed: number, candles: CandleColumns, from: number, to: number): void {
    for (const made of this.made) {
      if (made.source === feed) this.give(made, made.resampler.fold(candles, from, to));
    }
  }

  /** A feed was told up to what its series says. */
  told(feed: number): void {
    for (const made of this.made) {
      if (made.source !== feed) continue;
      const { told, ended } = this.series[feed]!;
      if (ended) this.series[made.target]!.ended = true;
      else this.give(made, made.resampler.tell(told));
    }
  }

  private give({ source, target, name }: Made, candles: CandleColumns): void {
    const series = this.series[target]!;
    series.offer(candles, 0, candles.length, name);
    series.told = Math.max(series.told, this.series[source]!.told);
    series.ended = false;
  }

  save(writer: SnapshotWriter): void {
    for (const { resampler } of this.made) resampler.save(writer);
  }

  restore(reader: SnapshotReader): void {
    for (const { resampler } of this.made) resampler.load(reader);
  }
}
