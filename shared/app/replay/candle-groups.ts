import type { Candle } from "../../market/candle.ts";
import { type Feed, type Instrument, instrumentKey } from "../../market/instrument.ts";
import { windowOpen } from "../../market/timeframe.ts";
import type { OutgoingRecord } from "../../ports/event-log.ts";
import { encodeCandlesRecord } from "../../wire/candle-records.ts";
import { type ReplayGeneration, replayKey } from "../../wire/replay-keys.ts";
import { type ReadCandlesPorts, readCandles } from "../read-candles.ts";
import type { RunPlan } from "../run-plan.ts";

/** The candles of all feeds that close at one time. */
export interface CandleGroup {
  readonly closeTime: number;
  /** One record an instrument: each is told up to here, whether or not one of its candles closes. */
  records(replay: ReplayGeneration): OutgoingRecord[];
}

/**
 * The candles that a backtest of the plan would take, gaps included, by the time at which they close; of those that
 * close after `after` (null: all). The last group says that no instrument has more.
 */
export async function* candleGroups(
  ports: ReadCandlesPorts,
  plan: RunPlan,
  after: number | null,
): AsyncGenerator<CandleGroup> {
  const feeds = new Map(
    plan.feeds.filter(({ resampleOf }) => resampleOf === undefined).map(({ feed }) => [seriesOf(feed), feed]),
  );
  const instruments = [
    ...new Map(plan.feeds.map(({ feed }) => [instrumentKey(feed.instrument), feed.instrument])).values(),
  ];
  const readers = [...feeds.values()].map((feed) => new FeedReader(candlesOf(ports, plan, feed, after)));
  for (const reader of readers) await reader.load();
  let told = after ?? plan.warmFrom;
  for (;;) {
    const closeTime = readers.reduce((least, { next }) => Math.min(least, next?.closeTime ?? least), LATEST);
    if (closeTime === LATEST) break;
    const closing: Candle[] = [];
    for (const reader of readers) {
      if (reader.next?.closeTime !== closeTime) continue;
      closing.push(reader.next);
      await reader.take();
    }
    told = closeTime;
    yield groupOf(instruments, closing, closeTime, null);
  }
  yield groupOf(instruments, [], told, told);
}

const LATEST = Number.POSITIVE_INFINITY;

function seriesOf(feed: Feed): string {
  return `${instrumentKey(feed.instrument)}@${feed.timeframe}`;
}

async function* candlesOf(
  ports: ReadCandlesPorts,
  plan: RunPlan,
  feed: Feed,
  after: number | null,
): AsyncGenerator<Candle> {
  const to = plan.end ?? Number.MAX_SAFE_INTEGER;
  const from = after === null ? plan.warmFrom : Math.max(plan.warmFrom, windowOpen(feed.timeframe, after));
  for await (const block of readCandles(ports, { ...feed, choice: plan.choice, from, to })) yield* block;
}

/** One feed's candles, one ahead. */
class FeedReader {
  readonly #candles: AsyncGenerator<Candle>;
  next: Candle | null = null;

  constructor(candles: AsyncGenerator<Candle>) {
    this.#candles = candles;
  }

  async load(): Promise<void> {
    await this.take();
  }

  async take(): Promise<void> {
    const { done, value } = await this.#candles.next();
    this.next = done === true ? null : value;
  }
}

function groupOf(
  instruments: readonly Instrument[],
  closing: readonly Candle[],
  closeTime: number,
  ended: number | null,
): CandleGroup {
  const byInstrument = Map.groupBy(closing, ({ instrument }) => instrument);
  const records = (replay: ReplayGeneration): OutgoingRecord[] =>
    instruments.map((instrument) => ({
      key: replayKey(replay, instrument),
      value: encodeCandlesRecord({
        instrument,
        // Runs take what a stream says first of a window, and here this is all that it says.
        candles: (byInstrument.get(instrumentKey(instrument)) ?? []).map((candle) => ({ ...candle, revision: 0 })),
        dirty: [],
        coverage: [],
        ended,
        told: closeTime,
        replay,
      }),
    }));
  return { closeTime, records };
}
