import { Run } from "../engine/run.ts";
import { ByteReader, ByteWriter } from "../market/bytes.ts";
import type { Candle } from "../market/candle.ts";
import { candleColumnsOf } from "../market/candle-columns.ts";
import { type Feed, instrumentKey } from "../market/instrument.ts";
import { windowClose, windowOpen } from "../market/timeframe.ts";
import type { CandlesRecord } from "../wire/candle-records.ts";
import { candleColumns, type ReadCandlesPorts } from "./read-candles.ts";
import { definitionOf, type RunCode, type RunPlan } from "./run-plan.ts";

export type WarmStartPorts = ReadCandlesPorts;

/** A live run with what it needs to be restored. */
export interface RestorableRun {
  readonly run: Run;
  /** The run as bytes, for `restoreRun`. */
  encode(): Uint8Array;
}

/** `archive` has not stored yet what a warm-up needs. The step is repeated: a warm-up waits, it never skips. */
export class WarmUpWaits extends Error {
  override readonly name = "WarmUpWaits";
}

/**
 * Starts a live run: what closes before the first candle that the stream kept for an instrument comes from the store,
 * as it was known; everything after will come from the stream. Null until every instrument has sent candles. Throws
 * WarmUpWaits where the store is behind the stream.
 */
export async function warmRun(
  ports: WarmStartPorts,
  plan: RunPlan,
  code: RunCode,
  kept: readonly CandlesRecord[],
): Promise<RestorableRun | null> {
  const firsts = new Map<string, Candle>();
  for (const { instrument, candles } of kept) {
    const key = instrumentKey(instrument);
    const [first] = candles.filter((candle) => candle.revision === 0).sort((a, b) => a.closeTime - b.closeTime);
    if (first !== undefined && !firsts.has(key)) firsts.set(key, first);
  }
  const starts = plan.feeds.map(({ feed }) => firsts.get(instrumentKey(feed.instrument)));
  if (starts.some((first) => first === undefined)) return null;
  const history = await Promise.all(
    plan.feeds.map(async ({ feed, resampleOf }, i) => {
      if (resampleOf !== undefined) return candleColumnsOf([]);
      const first = starts[i]!;
      await waitForArchive(ports, plan, i, first);
      const to = (await closedEarly(ports, feed, first)) ?? first.closeTime - 1;
      return candleColumns(ports, { ...feed, choice: "known", from: plan.warmFrom, to });
    }),
  );
  const firstCloses = history.map((columns) => columns.closeTime[0] ?? null);
  const run = new Run(definitionOf(plan, code, firstCloses));
  for (const [i, columns] of history.entries()) {
    if (plan.feeds[i]!.resampleOf !== undefined) continue;
    if (columns.length > 0) run.offer(i, columns, 0, columns.length);
    run.tell(i, starts[i]!.closeTime - 1);
  }
  return restorable(run, firstCloses);
}

/** `archive` keeps the order of the stream: once it has stored the first kept candle, all before are there too. */
async function waitForArchive(ports: WarmStartPorts, plan: RunPlan, feed: number, first: Candle): Promise<void> {
  const { instrument } = plan.feeds[feed]!.feed;
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

/** The inverse of `RestorableRun.encode`, for the same plan and code. Throws InputError for another. */
export function restoreRun(plan: RunPlan, code: RunCode, bytes: Uint8Array): RestorableRun {
  const input = new ByteReader(bytes);
  const firstCloses = plan.feeds.map(() => {
    const value = input.double();
    return Number.isNaN(value) ? null : value;
  });
  const run = new Run(definitionOf(plan, code, firstCloses));
  run.restore(bytes.slice(firstCloses.length * 8));
  return restorable(run, firstCloses);
}

function restorable(run: Run, firstCloses: readonly (number | null)[]): RestorableRun {
  const encode = (): Uint8Array => {
    const out = new ByteWriter();
    for (const close of firstCloses) out.double(close ?? Number.NaN);
    const head = out.finish();
    const snapshot = run.snapshot();
    const bytes = new Uint8Array(head.length + snapshot.length);
    bytes.set(head);
    bytes.set(snapshot, head.length);
    return bytes;
  };
  return { run, encode };
}
