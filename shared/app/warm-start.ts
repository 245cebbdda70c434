import type { Candle, CandleColumns } from "../market/candle.ts";
import { candleColumnsOf } from "../market/candle-columns.ts";
import { type Feed, type Instrument, instrumentKey } from "../market/instrument.ts";
import { windowClose, windowOpen } from "../market/timeframe.ts";
import type { CandlesRecord } from "../wire/candle-records.ts";
import { candleColumns, type ReadCandlesPorts, readCandles } from "./read-candles.ts";
import type { RunPlan } from "./run-plan.ts";

export type WarmStartPorts = ReadCandlesPorts;

/** What a live run begins with, feed by feed. */
export interface WarmStart {
  readonly history: readonly CandleColumns[];
  readonly firstCloses: readonly (number | null)[];
  /** How far each feed is told, ms UTC, inclusive; of one made from another it says nothing. */
  readonly told: readonly number[];
}

/** `archive` has not stored yet what a run needs from the store. It waits, it never skips. */
export class WarmUpWaits extends Error {
  override readonly name = "WarmUpWaits";
}

/**
 * What a live run begins with: what closes before the first candle that the stream kept for an instrument comes from the
 * store, as it was known; everything after will come from the stream. Null until every instrument has sent candles.
 * Throws WarmUpWaits where the store is behind the stream.
 */
export async function warmStart(
  ports: WarmStartPorts,
  plan: RunPlan,
  kept: readonly CandlesRecord[],
): Promise<WarmStart | null> {
  const firsts = new Map<string, Candle>();
  for (const { instrument, candles } of kept) {
    const key = instrumentKey(instrument);
    const first = earliest(candles.filter((candle) => candle.revision === 0));
    if (first !== undefined && !firsts.has(key)) firsts.set(key, first);
  }
  const starts = plan.feeds.map(({ feed }) => firsts.get(instrumentKey(feed.instrument)));
  if (starts.some((first) => first === undefined)) return null;
  const history = await Promise.all(
    plan.feeds.map(async ({ feed, resampleOf }, i) => {
      if (resampleOf !== undefined) return candleColumnsOf([]);
      const first = starts[i]!;
      await waitForArchive(ports, feed.instrument, first);
      const to = (await closedEarly(ports, feed, first)) ?? first.closeTime - 1;
      return candleColumns(ports, { ...feed, choice: "known", from: plan.warmFrom, to });
    }),
  );
  return {
    history,
    firstCloses: history.map((columns) => columns.closeTime[0] ?? null),
    told: history.map((columns, i) => Math.max(starts[i]!.closeTime - 1, columns.closeTime[columns.length - 1] ?? 0)),
  };
}

/**
 * For each record, the candles that the stream skipped before it, from the store: null where it skipped none. It does
 * while a run is stopped or waits for its code, and where records were lost before they were read. From an instrument's
 * first trade every window has one candle on the stream, so a jump in time tells. Throws WarmUpWaits where the store is
 * behind the stream.
 * @param told how far each feed is told before the first record
 */
export async function candlesMissed(
  ports: WarmStartPorts,
  plan: RunPlan,
  told: readonly number[],
  records: readonly (CandlesRecord | null)[],
): Promise<(CandlesRecord | null)[]> {
  const reached = [...told];
  const missed: (CandlesRecord | null)[] = [];
  for (const record of records) {
    const own = record === null ? [] : feedsOf(plan, record.instrument);
    const upTo = own.reduce((least, i) => Math.min(least, reached[i]!), Number.POSITIVE_INFINITY);
    const fresh = (record?.candles ?? []).filter(({ revision, closeTime }) => revision === 0 && closeTime > upTo);
    const first = earliest(fresh);
    if (record === null || first === undefined) {
      missed.push(null);
      continue;
    }
    missed.push(first.openTime <= upTo ? null : await skipped(ports, plan, own, upTo, first));
    const latest = (candles: readonly Candle[]): number => Math.max(0, ...candles.map(({ closeTime }) => closeTime));
    for (const i of own) {
      const { timeframe } = plan.feeds[i]!.feed;
      // An instrument that ends closes its longer windows before their time.
      const closed = record.ended === null ? fresh : fresh.filter((candle) => candle.timeframe === timeframe);
      reached[i] = Math.max(reached[i]!, latest(closed));
    }
  }
  return missed;
}

/** Numbers of the feeds of an instrument that candles of the stream go to. */
function feedsOf(plan: RunPlan, instrument: Instrument): number[] {
  const key = instrumentKey(instrument);
  return plan.feeds.flatMap(({ feed, resampleOf }, i) =>
    resampleOf === undefined && instrumentKey(feed.instrument) === key ? [i] : [],
  );
}

/** The candles of an instrument that the stream brought after `upTo` and before `first`; null where there were none. */
async function skipped(
  ports: WarmStartPorts,
  plan: RunPlan,
  feeds: readonly number[],
  upTo: number,
  first: Candle,
): Promise<CandlesRecord | null> {
  const { instrument } = plan.feeds[feeds[0]!]!.feed;
  await waitForArchive(ports, instrument, first);
  const candles: Candle[] = [];
  for (const i of feeds) {
    const { feed } = plan.feeds[i]!;
    const from = Math.max(plan.warmFrom, windowOpen(feed.timeframe, upTo));
    const to = (await closedEarly(ports, feed, first)) ?? first.closeTime - 1;
    for await (const block of readCandles(ports, { ...feed, choice: "known", from, to })) {
      // What was imported since was not on the stream.
      for (const candle of block) if (candle.origin === "live" || feed.timeframe === "1s") candles.push(candle);
    }
  }
  if (candles.length === 0) return null;
  return { instrument, candles, dirty: [], coverage: [], ended: null, told: first.closeTime - 1 };
}

/** The candle that closes first, of several the shortest. */
export function earliest(candles: readonly Candle[]): Candle | undefined {
  return candles.reduce<Candle | undefined>((least, candle) => {
    if (least === undefined || candle.closeTime < least.closeTime) return candle;
    return candle.closeTime === least.closeTime && candle.openTime > least.openTime ? candle : least;
  }, undefined);
}

/** `archive` keeps the order of the stream: once it has stored a record's first candle, all before are there too. */
async function waitForArchive(ports: WarmStartPorts, instrument: Instrument, first: Candle): Promise<void> {
  const { timeframe, openTime: from, closeTime: to } = first;
  for await (const candles of ports.candles.readOrigin({ instrument, timeframe, from, to }, "live")) {
    if (candles.length > 0) return;
  }
  throw new WarmUpWaits(`${first.instrument}: the candle that closed at ${to} is not stored yet`);
}

/**
 * Close time of the window around the first kept candle where the stream closed it before that candle, as it does when
 * an instrument ends: no record will bring it. Where the stream closed it since, as usual, taking it here is the same.
 */
async function closedEarly(
  ports: WarmStartPorts,
  { instrument, timeframe }: Feed,
  first: Candle,
): Promise<number | null> {
  const from = windowOpen(timeframe, first.openTime);
  if (from === first.openTime) return null;
  const to = windowClose(timeframe, from);
  for await (const candles of ports.candles.readOrigin({ instrument, timeframe, from, to }, "live")) {
    if (candles.length > 0) return to;
  }
  return null;
}
