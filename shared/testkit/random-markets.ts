import fc from "fast-check";
import type { TickRecord } from "#shared/aggregation/tick-record.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { type Instrument, parseInstrument } from "#shared/market/instrument.ts";
import { type IdScheme, type Tick, tickColumns } from "#shared/market/tick.ts";

/** ms. */
export const MINUTE = 60_000;
/** In two partitions of topic `candles` where that has two. */
export const ONE = parseInstrument("binance:BTC/USDT");
export const OTHER = parseInstrument("kraken:SOL/USD");
const MIDNIGHT = Date.UTC(2024, 5, 1);

/** Trades of two instruments. */
export interface Market {
  readonly ids: IdScheme;
  /** Of each instrument, in order of (ts, id), with what each arrives late by, ms. */
  readonly ticks: readonly (readonly { readonly tick: Tick; readonly delay: number }[])[];
  /** All windows up to here are closed in the end. */
  readonly until: number;
}

/** A record of topic `ticks`. */
interface Arrival {
  readonly instrument: Instrument;
  readonly record: TickRecord;
}

/** `latest`: greatest delay of a tick, ms, exclusive. */
export function markets(latest: number): fc.Arbitrary<Market> {
  const row = fc.record({
    minutes: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, 0, 1) }, fc.integer({ min: 0, max: 5 })),
    // Around the end of a minute, where order matters most, or anywhere in it.
    offset: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: -1_900, max: 1_900 }) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: MINUTE }) },
    ),
    skipped: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
    cents: fc.integer({ min: 9_000, max: 11_000 }),
    lots: fc.integer({ min: 1, max: 50_000 }),
    side: fc.constantFrom("buy", "sell", null),
    delay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: latest - 1 })),
    hash: fc.maxSafeNat(),
  });
  const rows = fc.uniqueArray(row, { minLength: 2, maxLength: 24, selector: ({ hash }) => hash });
  return fc
    .record({
      start: fc.integer({ min: -20, max: 60 }).map((minute) => MIDNIGHT + minute * MINUTE),
      ids: fc.constantFrom<IdScheme>("sequence", "sequence", "hash"),
      rows: fc.tuple(rows, rows),
    })
    .map(({ start, ids, rows: both }) => {
      const ticks = both.map((ofInstrument) => {
        let minute = start;
        let id = 500;
        return ofInstrument
          .map(({ minutes, offset, ...rest }) => {
            minute += minutes * MINUTE;
            return { ...rest, ts: minute + offset };
          })
          .sort((a, b) => a.ts - b.ts)
          .map(({ ts, skipped, cents, lots, side, delay, hash }) => {
            id += 1 + skipped;
            const tick = { id: ids === "hash" ? hash : id, ts, price: cents / 100, amount: lots / 1e4, side };
            return { tick, delay };
          });
      });
      const last = Math.max(...ticks.map((ofInstrument) => ofInstrument.at(-1)!.tick.ts));
      return { ids, ticks, until: Math.ceil(last / MINUTE) * MINUTE + 16 * MINUTE };
    });
}

/** The last records, one an instrument, close all windows. */
export const ENDS = 2;

/** Sequential ids, and the first trade of each instrument comes first: no window before it exists. */
export const disordered: fc.Arbitrary<Market> = markets(14 * MINUTE).map((market) => ({
  ...market,
  ids: "sequence",
  ticks: market.ticks.map((rows, i) =>
    rows.map(({ tick, delay }, row) => ({
      tick: market.ids === "hash" ? { ...tick, id: 1_000 * i + row } : tick,
      delay: row === 0 ? 0 : delay,
    })),
  ),
}));

/**
 * The records that bring a market, as a source publishes them: those of both instruments in order of time. The last ones
 * close all windows.
 * @param inOrder without the delays @param span event time that one record holds at most, ms
 */
export function arrivalsOf(market: Market, inOrder: boolean, span: number): Arrival[] {
  const arrivals: (Arrival & { readonly at: number })[] = market.ticks.flatMap((rows, i) => {
    const instrument = [ONE, OTHER][i]!;
    const arriving = inOrder ? rows : [...rows].sort((a, b) => a.tick.ts + a.delay - b.tick.ts - b.delay);
    const columns = tickColumns(
      arriving.map(({ tick }) => tick),
      "trade",
      market.ids,
    );
    let at = 0;
    return Array.from(tickRecords(columns, { origin: "live", span }), (record) => {
      if (record.kind === "ticks") at = Math.max(at, ...record.ticks.ts);
      return { instrument, record, at };
    });
  });
  const ends = [ONE, OTHER].map((instrument): Arrival => {
    return { instrument, record: { kind: "heartbeat", watermark: market.until } };
  });
  return [...arrivals.sort((a, b) => a.at - b.at), ...ends];
}

/** The same with some published again so many records later. */
export function repeated(
  arrivals: readonly Arrival[],
  again: readonly { readonly index: number; readonly after: number }[],
): Arrival[] {
  const sent = arrivals.slice(0, -ENDS);
  for (const { index, after } of again) {
    const arrival = sent[index];
    if (arrival !== undefined) sent.splice(index + 1 + after, 0, arrival);
  }
  return [...sent, ...arrivals.slice(-ENDS)];
}

/** What the stream says besides ticks: losses on its way and at its end, and whether the instruments end. */
export interface Ending {
  readonly losses: readonly { readonly index: number; readonly length: number }[];
  /** How long before the end all is lost from, ms. */
  readonly lostAtEnd: number;
  readonly ends: boolean;
}

/** Any of them. */
export const endings: fc.Arbitrary<Ending> = fc.record({
  losses: fc.array(fc.record({ index: fc.nat(20), length: fc.integer({ min: 1, max: 5 * MINUTE }) }), { maxLength: 3 }),
  lostAtEnd: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 * MINUTE })),
  ends: fc.boolean(),
});

/** The same with what an ending says besides. */
export function ended(arrivals: readonly Arrival[], { losses, lostAtEnd, ends }: Ending): Arrival[] {
  const sent = arrivals.slice(0, -ENDS);
  for (const { index, length } of losses) {
    const { instrument, record } = sent[index] ?? sent[0]!;
    if (record.kind !== "ticks") continue;
    const to = record.ticks.ts[0]!;
    const lost = { kind: "gap-closed", from: to - length, to, lost: true, reason: "outage" } as const;
    sent.splice(index + 1, 0, { instrument, record: lost });
  }
  const last = arrivals.slice(-ENDS).map(({ instrument, record }): Arrival => {
    const at = record.kind === "heartbeat" ? record.watermark : 0;
    return { instrument, record: ends ? { kind: "ended", at } : record };
  });
  const lost = arrivals.slice(-ENDS).flatMap(({ instrument, record }): Arrival[] => {
    const to = record.kind === "heartbeat" ? record.watermark : 0;
    const gap = { kind: "gap-closed", from: to - lostAtEnd, to, lost: true, reason: "outage" } as const;
    return lostAtEnd === 0 ? [] : [{ instrument, record: gap }];
  });
  return [...sent, ...lost, ...last];
}
