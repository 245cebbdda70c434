import { Run } from "../engine/run.ts";
import { feedKey, type Instrument, instrumentKey } from "../market/instrument.ts";
import { nominalLength, windowOpen } from "../market/timeframe.ts";
import type { CandleStore } from "../ports/candle-store.ts";
import type { CheckpointStore } from "../ports/checkpoint-store.ts";
import { liveWatermark } from "./aggregate.ts";
import { definitionOf, type RunCode, type RunPlan } from "./run-plan.ts";

export interface PaperSpanPorts {
  readonly checkpoints: CheckpointStore;
  readonly candles: CandleStore;
}

/** From when on a live run trades, ms UTC, and why then. */
export interface TradingStart {
  readonly tradeFrom: number;
  readonly reason: "live" | "stored" | "first-bar";
}

/** What its indicators need is warmed up from so many times earlier: gaps have no bars. */
const WARM_UP_FACTOR = 2;

/**
 * When a live run begins to trade unless told: at the live watermark of its instruments (the latest one), else at the end
 * of what is stored of its feeds, else (0) with the first live candle that comes (`withTradingStart`).
 */
export async function tradingStart(ports: PaperSpanPorts, plan: RunPlan): Promise<TradingStart> {
  const instruments = new Map(plan.feeds.map(({ feed }) => [instrumentKey(feed.instrument), feed.instrument]));
  const live: number[] = [];
  for (const instrument of instruments.values()) {
    const watermark = await liveWatermark(ports.checkpoints, instrument);
    if (watermark !== null) live.push(watermark);
  }
  if (live.length > 0) return { tradeFrom: Math.max(...live), reason: "live" };
  const stored: number[] = [];
  for (const instrument of instruments.values()) stored.push(...(await endsOf(ports.candles, plan, instrument)));
  if (stored.length > 0) return { tradeFrom: Math.max(...stored), reason: "stored" };
  return { tradeFrom: 0, reason: "first-bar" };
}

/** Ends of what is held of the plan's feeds of an instrument, ms UTC. */
async function endsOf(candles: CandleStore, plan: RunPlan, instrument: Instrument): Promise<number[]> {
  const key = instrumentKey(instrument);
  const timeframes = new Set(
    plan.feeds.filter(({ feed }) => instrumentKey(feed.instrument) === key).map(({ feed }) => feed.timeframe),
  );
  return (await candles.extents(instrument)).filter(({ timeframe }) => timeframes.has(timeframe)).map(({ to }) => to);
}

/** From when on candles warm a run up, ms UTC, and what that is enough for. */
export interface WarmUp {
  readonly warmFrom: number;
  /** The feed that needs the longest warm-up, and the bars of it that the indicators need. */
  readonly feed: string;
  readonly bars: number;
}

/**
 * How early a live run's warm-up begins unless told: twice as long before trading as its indicators need bars, on whole
 * windows.
 */
export function warmUpOf(plan: RunPlan, code: RunCode): WarmUp {
  const unknown = plan.feeds.map(() => null);
  const { minPeriods } = new Run(definitionOf(plan, code, unknown));
  const needs = plan.feeds.map(({ feed }, i) => ({
    feed: feedKey(feed),
    bars: minPeriods[i]!,
    timeframe: feed.timeframe,
    length: minPeriods[i]! * nominalLength(feed.timeframe),
  }));
  const longest = needs.reduce((most, each) => (each.length > most.length ? each : most));
  const early = Math.max(0, plan.tradeFrom - WARM_UP_FACTOR * longest.length);
  return { warmFrom: windowOpen(longest.timeframe, early), feed: longest.feed, bars: longest.bars };
}
