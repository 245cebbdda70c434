import type { TickRecord } from "#shared/aggregation/tick-record.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { type GeneratedInstrument, generateMarket } from "#shared/generator/generate-market.ts";
import { collectTicks } from "#shared/market/collect-ticks.ts";
import { type Instrument, parseInstrument } from "#shared/market/instrument.ts";
import type { Interval } from "#shared/market/interval.ts";
import { pickTicks, type TickColumns } from "#shared/market/tick.ts";
import { Seeded } from "./seeded.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** In partitions of their own of topic `ticks`: the second one's stream loses blocks, the third one's ends and goes on. */
export const FIRST = parseInstrument("binance:BTC/USDT");
export const LOSING = parseInstrument("kraken:BTC/USD");
export const ENDING = parseInstrument("binance:ETH/USDT");
export const INSTRUMENTS: readonly Instrument[] = [FIRST, LOSING, ENDING];

/** Around a midnight that begins a month, so that windows of every timeframe but the week close. */
export const MARKET_FROM = Date.UTC(2024, 4, 31, 23, 20);
const MARKET_TO = MARKET_FROM + 100 * MINUTE;
/** Windows up to here are closed in the end. */
const CLOSED_UP_TO = MARKET_TO + 20 * MINUTE;

/** What the source of `LOSING` never publishes. */
export const DROPPED: Interval = { from: MARKET_FROM + 40 * MINUTE, to: MARKET_FROM + 44 * MINUTE };
/** `ENDING` ends at the one and is traded again from the other on. */
const ENDED_AT = MARKET_FROM + 35 * MINUTE;
const TRADED_AGAIN = ENDED_AT + 12 * MINUTE;
/** Event time that a record holds at most, ms. */
const SPAN = 20 * SECOND;

/** A record as its source would publish it, at the event time `at`, ms UTC. */
export interface Arrival {
  readonly instrument: Instrument;
  readonly record: TickRecord;
  readonly at: number;
}

/**
 * A seeded market of some thousand ticks as it arrives: some trades come out of order within what watermarks allow,
 * some are minutes late, few come later than candles are restated for, and blocks are lost.
 */
export function faultyMarket(seed: number): readonly Arrival[] {
  const spec = { from: MARKET_FROM, to: MARKET_TO, instruments: INSTRUMENTS.map(styleOf) };
  const streams = generateMarket(seed, spec).map(({ instrument, blocks }) => {
    const ticks = collectTicks(blocks(10_000));
    if (instrument === ENDING) return endingArrivals(seed, ticks);
    const arrivals = recordsOf(instrument, disordered(seed, ticks));
    return [...(instrument === LOSING ? arrivals.filter(isKept) : arrivals), closing(instrument)];
  });
  return streams.flat().sort((a, b) => a.at - b.at);
}

function styleOf(instrument: Instrument, i: number): GeneratedInstrument {
  return {
    instrument,
    startPrice: [64_000, 63_900, 3_100][i]!,
    priceStep: 0.01,
    amountStep: 0.00001,
    medianAmount: 0.01,
    tradesPerDay: 14_000,
    dailyVolatility: 0.2,
    correlation: 0.9,
    firstId: 1_000_000 * (i + 1),
  };
}

function endingArrivals(seed: number, ticks: TickColumns): Arrival[] {
  const rows = Array.from({ length: ticks.length }, (_, row) => row);
  const before = rows.filter((row) => ticks.ts[row]! < ENDED_AT);
  const after = rows.filter((row) => ticks.ts[row]! >= TRADED_AGAIN);
  return [
    ...recordsOf(ENDING, disordered(seed, pickTicks(ticks, before))),
    { instrument: ENDING, record: { kind: "ended", at: ENDED_AT }, at: latestOf(ticks, before) },
    ...recordsOf(ENDING, disordered(seed + 1, pickTicks(ticks, after))),
    closing(ENDING),
  ];
}

function latestOf({ ts }: TickColumns, rows: readonly number[]): number {
  return rows.reduce((latest, row) => Math.max(latest, ts[row]!), 0);
}

function closing(instrument: Instrument): Arrival {
  return { instrument, record: { kind: "heartbeat", watermark: CLOSED_UP_TO }, at: CLOSED_UP_TO };
}

/** The ticks in the order in which they arrive. */
function disordered(seed: number, ticks: TickColumns): TickColumns {
  const random = new Seeded(seed, `delays from ${ticks.id[0]}`);
  const arrival = Array.from({ length: ticks.length }, (_, row) => {
    const ts = ticks.ts[row]!;
    const delay = delayOf(random);
    // Nothing comes before an instrument's first trade, and what is dropped is dropped as a whole.
    const isPunctual = row === 0 || (ts >= DROPPED.from - MINUTE && ts < DROPPED.to + MINUTE);
    return { row, at: ts + (isPunctual ? 0 : delay) };
  });
  arrival.sort((a, b) => a.at - b.at || a.row - b.row);
  return pickTicks(
    ticks,
    arrival.map(({ row }) => row),
  );
}

/** By how much a trade arrives late, ms. */
function delayOf(random: Seeded): number {
  const kind = random.between(0, 200);
  if (kind < 140) return 0;
  if (kind < 190) return random.between(0, 2 * SECOND);
  if (kind < 199) return random.between(2 * SECOND, 13 * MINUTE);
  return random.between(16 * MINUTE, 25 * MINUTE);
}

function recordsOf(instrument: Instrument, ticks: TickColumns): Arrival[] {
  let at = 0;
  return Array.from(tickRecords(ticks, { origin: "live", span: SPAN }), (record) => {
    if (record.kind === "ticks") at = record.ticks.ts.reduce((latest, ts) => Math.max(latest, ts), at);
    return { instrument, record, at };
  });
}

/** Blocks that are made in the dropped span never reach the topic, with all that they hold. */
function isKept({ record, at }: Arrival): boolean {
  return record.kind !== "ticks" || at < DROPPED.from || at >= DROPPED.to;
}
