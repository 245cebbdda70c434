import type { Candle, Completeness } from "../market/candle.ts";
import type { Interval } from "../market/interval.ts";
import type { IdScheme, Tick } from "../market/tick.ts";
import type { Timeframe } from "../market/timeframe.ts";

/**
 * Candles by the plainest means, for tests to compare the fold with: every window filters all ticks anew. It shares no
 * code with what it checks, calendar and decimals included.
 */
export interface BruteForceInput {
  readonly instrument: string;
  /** The first is the one whose windows are judged by ids, as in an aggregator. */
  readonly timeframes: readonly Timeframe[];
  /** In any order, repeats allowed. */
  readonly ticks: readonly Tick[];
  readonly ids: IdScheme;
  /** Windows that end at or before are closed. */
  readonly until: number;
  readonly lost?: readonly Interval[];
  /** Whether the instrument ended at `until`: then windows that it cuts short are closed too. */
  readonly ended?: boolean;
}

/** What a candle says, without how often and why it was said. */
export type CandleContent = Omit<Candle, "revision" | "reason">;

const MINUTE = 60_000;
const LENGTHS: Readonly<Record<string, number>> = {
  "1s": 1_000,
  "1m": MINUTE,
  "3m": 3 * MINUTE,
  "5m": 5 * MINUTE,
  "15m": 15 * MINUTE,
  "30m": 30 * MINUTE,
  "1h": 60 * MINUTE,
  "2h": 120 * MINUTE,
  "4h": 240 * MINUTE,
  "6h": 360 * MINUTE,
  "8h": 480 * MINUTE,
  "12h": 720 * MINUTE,
};
const DAY = 1_440 * MINUTE;

/** The window of `timeframe` around `ts`, from the parts of its calendar date. */
export function windowAround(timeframe: Timeframe, ts: number): Interval {
  const date = new Date(ts);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  if (timeframe === "1M") return { from: Date.UTC(year, month, 1), to: Date.UTC(year, month + 1, 1) };
  const midnight = Date.UTC(year, month, date.getUTCDate());
  if (timeframe === "1d") return { from: midnight, to: midnight + DAY };
  if (timeframe === "1w") {
    const monday = midnight - ((date.getUTCDay() + 6) % 7) * DAY;
    return { from: monday, to: monday + 7 * DAY };
  }
  const length = LENGTHS[timeframe]!;
  const from = midnight + Math.trunc((ts - midnight) / length) * length;
  return { from, to: from + length };
}

/** `text`, a decimal number as it prints, times 10^18, half away from zero. */
export function scaledText(text: string): bigint {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = (whole + fraction).padStart(60, "0");
  const places = fraction.length - Number(exponent);
  const all = digits + "0".repeat(Math.max(0, 60 - places));
  const end = all.length - (places + Math.max(0, 60 - places)) + 18;
  const kept = BigInt(all.slice(0, end));
  const rounded = (all[end] ?? "0") >= "5" ? kept + 1n : kept;
  return mantissa.startsWith("-") ? -rounded : rounded;
}

function product(tick: Tick): bigint {
  const exact = scaledText(String(tick.price)) * scaledText(String(tick.amount));
  const unit = 10n ** 18n;
  return exact / unit + (exact % unit >= unit / 2n ? 1n : 0n);
}

const first = (tick: Tick): number => tick.firstId ?? tick.id;
const last = (tick: Tick): number => tick.lastId ?? tick.id;
const overlap = (a: Interval, b: Interval): boolean => a.from < b.to && b.from < a.to;

/** Sorted by (ts, id), each id once. */
function sortedOnce(ticks: readonly Tick[]): Tick[] {
  const once = [...new Map(ticks.map((tick) => [tick.id, tick])).values()];
  return once.sort((a, b) => a.ts - b.ts || a.id - b.id);
}

function windowsFrom(timeframe: Timeframe, ticks: readonly Tick[], until: number): Interval[] {
  const windows: Interval[] = [];
  if (ticks.length === 0) return windows;
  let window = windowAround(timeframe, ticks[0]!.ts);
  while (window.to <= until) {
    windows.push(window);
    window = windowAround(timeframe, window.to);
  }
  return windows;
}

interface Held extends Interval {
  readonly ticks: readonly Tick[];
}

interface Judged extends Held {
  readonly completeness: Completeness;
}

const greatest = (window: Held): number => Math.max(...window.ticks.map(last));
const least = (window: Held): number => Math.min(...window.ticks.map(first));

/** Whether nothing was lost between the trades of the two; null if one of them is missing. */
function follows(before: Held | undefined, after: Held | undefined): boolean | null {
  return before === undefined || after === undefined ? null : greatest(before) + 1 === least(after);
}

function judgeSilent(
  input: BruteForceInput,
  window: Held,
  before: Held | undefined,
  after: Held | undefined,
): Completeness {
  const byIds = input.ids === "sequence" ? follows(before, after) : null;
  if (byIds !== null) return byIds ? "proven" : "gap";
  if ((input.lost ?? []).some((span) => overlap(span, window))) return "gap";
  return input.ids === "sequence" ? "proven" : "unknown";
}

function judgeTraded(
  input: BruteForceInput,
  window: Held,
  before: Held | undefined,
  after: Held | undefined,
): Completeness {
  if (input.ids === "hash") return "unknown";
  const held = new Set<number>();
  for (const tick of window.ticks) for (let id = first(tick); id <= last(tick); id++) held.add(id);
  const inside = held.size === greatest(window) - least(window) + 1;
  const rest = { from: window.ticks.at(-1)!.ts, to: window.to };
  const right = follows(window, after) ?? !(input.lost ?? []).some((span) => overlap(span, rest));
  return inside && follows(before, window) === true && right ? "proven" : "unknown";
}

/** The windows of the shortest timeframe, with what ids and stated losses say of each. */
function judge(input: BruteForceInput, ticks: readonly Tick[]): Judged[] {
  const windows = windowsFrom(input.timeframes[0]!, ticks, input.until).map((window) => ({
    ...window,
    ticks: ticks.filter((tick) => tick.ts >= window.from && tick.ts < window.to),
  }));
  return windows.map((window, i) => {
    const before = windows.slice(0, i).findLast((other) => other.ticks.length > 0);
    const after = windows.slice(i + 1).find((other) => other.ticks.length > 0);
    const judgeOne = window.ticks.length === 0 ? judgeSilent : judgeTraded;
    return { ...window, completeness: judgeOne(input, window, before, after) };
  });
}

function sum(ticks: readonly Tick[], value: (tick: Tick) => bigint): bigint {
  return ticks.reduce((total, tick) => total + value(tick), 0n);
}

const amountOf = (tick: Tick): bigint => scaledText(String(tick.amount));

function content(
  input: BruteForceInput,
  timeframe: Timeframe,
  window: Interval,
  parts: readonly Judged[],
): CandleContent {
  const ticks = parts.flatMap((part) => part.ticks);
  const whole = parts[0]!.from === window.from && parts.at(-1)!.to === window.to;
  const some = (completeness: Completeness): boolean => parts.some((part) => part.completeness === completeness);
  const gap = ticks.length === 0 && some("gap");
  const proven = whole && parts.every((part) => part.completeness === "proven");
  const sides = ticks.every((tick) => tick.side !== null);
  const sequential = input.ids === "sequence" && ticks.length > 0;
  const flat = sortedOnce(input.ticks).findLast((tick) => tick.ts < window.from)?.price ?? null;
  const silent = gap ? null : flat;
  return {
    instrument: input.instrument,
    timeframe,
    openTime: window.from,
    closeTime: window.to,
    open: ticks[0]?.price ?? silent,
    high: ticks.length === 0 ? silent : Math.max(...ticks.map((tick) => tick.price)),
    low: ticks.length === 0 ? silent : Math.min(...ticks.map((tick) => tick.price)),
    close: ticks.at(-1)?.price ?? silent,
    volume: sum(ticks, amountOf),
    quoteVolume: sum(ticks, product),
    buyVolume: sides ? sum(ticks, (tick) => (tick.side === "buy" ? amountOf(tick) : 0n)) : null,
    trades: ticks.reduce((count, tick) => count + (last(tick) - first(tick) + 1), 0),
    firstId: sequential ? Math.min(...ticks.map(first)) : null,
    lastId: sequential ? Math.max(...ticks.map(last)) : null,
    origin: "live",
    completeness: proven ? "proven" : gap ? "gap" : "unknown",
  };
}

/** What the greatest revision of every closed window must say, by timeframe and openTime. */
export function candlesByBruteForce(input: BruteForceInput): CandleContent[] {
  const ticks = sortedOnce(input.ticks);
  const judged = judge(input, ticks);
  return input.timeframes
    .flatMap((timeframe) => {
      const until = input.ended && judged.length > 0 ? windowAround(timeframe, judged.at(-1)!.from).to : input.until;
      return windowsFrom(timeframe, ticks, until).map((window) => {
        const parts = judged.filter((part) => part.from >= window.from && part.to <= window.to);
        return parts.length === 0 ? null : content(input, timeframe, window, parts);
      });
    })
    .filter((candle) => candle !== null);
}
