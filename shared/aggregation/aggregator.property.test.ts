import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import type { Candle } from "../market/candle.ts";
import type { Interval } from "../market/interval.ts";
import { type IdScheme, type Tick, type TickKind, tickColumns } from "../market/tick.ts";
import { TIMEFRAMES, type Timeframe } from "../market/timeframe.ts";
import { Aggregator } from "./aggregator.ts";
import { decodeAggregator, encodeAggregator } from "./aggregator-codec.ts";
import { type CandleContent, candlesByBruteForce } from "./brute-force.ts";
import type { TickRecord } from "./tick-record.ts";

const RUNS = propertyRuns(1_000).numRuns;
const INSTRUMENT = "binance:BTC/USDT";
const FROM_MINUTE = TIMEFRAMES.filter((timeframe) => timeframe !== "1s");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

interface Base {
  readonly timeframes: readonly Timeframe[];
  /** Greatest time between two trades, ms. */
  readonly silence: number;
  readonly runs: number;
}

/** By the shortest timeframe: a second's windows are many, so its streams are short. */
const BASES: Readonly<Record<string, Base>> = {
  "1s": { timeframes: TIMEFRAMES, silence: 20 * SECOND, runs: Math.ceil(RUNS / 4) },
  "1m": { timeframes: FROM_MINUTE, silence: 25 * MINUTE, runs: RUNS },
};

interface Stream {
  readonly kind: TickKind;
  readonly ids: IdScheme;
  /** In order of (ts, id). */
  readonly ticks: readonly Tick[];
}

/** Just before windows of many timeframes end at once, and one plain time. */
const START = fc
  .tuple(
    fc.constantFrom(
      Date.UTC(2024, 2, 1),
      Date.UTC(2024, 0, 1),
      Date.UTC(2023, 4, 1),
      Date.UTC(2024, 5, 7, 8),
      Date.UTC(2040, 11, 31, 23, 7),
    ),
    fc.integer({ min: 0, max: 20 * MINUTE }),
  )
  .map(([end, before]) => end - before);

const PRICE = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 900 }).map((cents) => cents / 100) },
  fc.constantFrom(1e-8, 64_250.31, 0.1, 1e-18, 123456789.12345678),
  fc.double({ min: 1e-9, max: 1e7, noNaN: true }),
);
const AMOUNT = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 9_999 }).map((lots) => lots / 1e4) },
  fc.constantFrom(1e-8, 1e-18, 1e9, 0.1, 0.3, 0.12345678901234568),
  fc.double({ min: 1e-12, max: 1e8, noNaN: true }),
);

function waits(silence: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 * SECOND }) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: Math.min(3 * MINUTE, silence) }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: silence }) },
  );
}

/** `holes`: whether ids leave some out. */
function streams(
  base: Base,
  holes: boolean,
  schemes: readonly IdScheme[] = ["sequence", "hash"],
): fc.Arbitrary<Stream> {
  const row = fc.record({
    wait: waits(base.silence),
    skipped: holes
      ? fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 }))
      : fc.constant(0),
    inner: fc.integer({ min: 0, max: 3 }),
    hash: fc.maxSafeNat(),
    price: PRICE,
    amount: AMOUNT,
    side: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom("buy", "sell") },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
  });
  return fc
    .record({
      start: START,
      kind: fc.constantFrom<TickKind>("trade", "aggregate"),
      ids: fc.constantFrom(...schemes),
      rows: fc.uniqueArray(row, { minLength: 1, maxLength: 24, selector: ({ hash }) => hash }),
    })
    .map(({ start, kind, ids, rows }) => {
      let ts = start;
      let id = 7_000;
      let trade = 90_000;
      const ticks = rows.map(({ wait, skipped, inner, hash, price, amount, side }): Tick => {
        ts += wait;
        id += 1 + skipped;
        trade += 1 + skipped;
        const firstId = trade;
        if (kind === "aggregate") trade += inner;
        const tick = { id: ids === "hash" ? hash : id, ts, price, amount, side };
        return kind === "aggregate" ? { ...tick, firstId, lastId: trade } : tick;
      });
      return { kind, ids, ticks: ticks.sort((a, b) => a.ts - b.ts || a.id - b.id) };
    });
}

/** Cuts ticks, in order of arrival, into blocks of the sizes given, again and again. */
function blocks({ kind, ids }: Stream, ticks: readonly Tick[], sizes: readonly number[]): TickRecord[] {
  const records: TickRecord[] = [];
  let greatest = Number.NEGATIVE_INFINITY;
  let previousId: number | null = null;
  for (let at = 0, cut = 0; at < ticks.length; cut++) {
    const rows = ticks.slice(at, at + sizes[cut % sizes.length]!);
    at += rows.length;
    greatest = Math.max(greatest, ...rows.map((tick) => tick.ts));
    const columns = tickColumns(rows, kind, ids);
    records.push({ kind: "ticks", origin: "live", watermark: greatest - 2 * SECOND, previousId, ticks: columns });
    previousId = rows.at(-1)!.id;
  }
  return records;
}

interface Outcome {
  readonly candles: readonly Candle[];
  readonly dirty: readonly Interval[];
  readonly lost: readonly Interval[];
  readonly state: Uint8Array;
}

/** `crashes`: whether the aggregator is made anew from its state before a record, again and again. */
function run(
  timeframes: readonly Timeframe[],
  records: readonly TickRecord[],
  crashes: readonly boolean[] = [false],
): Outcome {
  let aggregator = new Aggregator(INSTRUMENT, timeframes);
  const candles: Candle[] = [];
  const dirty: Interval[] = [];
  const lost: Interval[] = [];
  for (const [i, record] of records.entries()) {
    if (crashes[i % crashes.length]) {
      aggregator = new Aggregator(
        INSTRUMENT,
        timeframes,
        decodeAggregator(encodeAggregator(aggregator.state), timeframes),
      );
    }
    const folded = aggregator.fold(record);
    candles.push(...folded.candles);
    dirty.push(...folded.dirty);
    lost.push(...folded.coverage);
  }
  return { candles, dirty, lost, state: encodeAggregator(aggregator.state) };
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner));
}

function contentOf(candle: Candle): CandleContent {
  const { revision: _revision, reason: _reason, ...content } = candle;
  return content;
}

/** The greatest revision of each window, by timeframe and time. */
function finals(candles: readonly Candle[]): Map<string, CandleContent> {
  return new Map(candles.map((candle) => [`${candle.timeframe} ${candle.openTime}`, contentOf(candle)]));
}

/** Every window once, in order, without holes; then revisions that count up and say something new. */
function expectDiscipline(candles: readonly Candle[], timeframes: readonly Timeframe[], ticks: readonly Tick[]): void {
  for (const timeframe of timeframes) {
    let end: number | null = null;
    const latest = new Map<number, Candle>();
    for (const candle of candles) {
      if (candle.timeframe !== timeframe) continue;
      const before = latest.get(candle.openTime);
      latest.set(candle.openTime, candle);
      if (before === undefined) {
        expect(candle).toMatchObject({ revision: 0, reason: "close" });
        if (end === null) {
          expect(candle.openTime).toBeLessThanOrEqual(ticks[0]!.ts);
          expect(candle.closeTime).toBeGreaterThan(ticks[0]!.ts);
        } else expect(candle.openTime).toBe(end);
        end = candle.closeTime;
      } else {
        expect(candle.revision).toBe(before.revision + 1);
        expect(text(contentOf(candle))).not.toBe(text(contentOf(before)));
        expect(candle.reason).not.toBe("close");
      }
      if (candle.completeness === "gap") expect([candle.open, candle.close, candle.trades]).toEqual([null, null, 0]);
      else {
        expect(candle.low).toBeLessThanOrEqual(Math.min(candle.open!, candle.close!));
        expect(candle.high).toBeGreaterThanOrEqual(Math.max(candle.open!, candle.close!));
      }
    }
  }
}

const SIZES = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
const CRASHES = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });

function arrival(ticks: readonly Tick[], delays: readonly number[], most: number): Tick[] {
  const at = ticks.map((tick, i) => ({ tick, at: tick.ts + (i === 0 ? -1 : delays[i % delays.length]! % (most + 1)) }));
  return at.sort((a, b) => a.at - b.at).map(({ tick }) => tick);
}
const DELAYS = fc.array(fc.nat(15 * MINUTE), { minLength: 1, maxLength: 12 });

/** The same records, some of them again later. */
function repeated(records: readonly TickRecord[], again: readonly number[]): TickRecord[] {
  const all = [...records];
  for (const [i, pick] of again.entries()) {
    const at = pick % records.length;
    const later = all.indexOf(records[at]!) + 1 + ((pick >> 8) % (i + 2));
    all.splice(later, 0, records[at]!);
  }
  return all;
}
const AGAIN = fc.array(fc.nat(0xffff), { maxLength: 4 });

describe.each(Object.entries(BASES))("ticks from %s up", (_name, base) => {
  const { timeframes } = base;
  const parameters = { numRuns: base.runs };

  test("however cut, repeated, shuffled within two seconds and interrupted, the same candles and state come out", () => {
    const ways = fc.record({ sizes: SIZES, crashes: CRASHES, delays: DELAYS, again: AGAIN });
    fc.assert(
      fc.property(streams(base, true), ways, (stream, { sizes, crashes, delays, again }) => {
        const plain = run(timeframes, blocks(stream, stream.ticks, [stream.ticks.length]));
        const shuffled = arrival(stream.ticks, delays, 2 * SECOND);
        const records = repeated(blocks(stream, shuffled, sizes), again);
        const other = run(timeframes, records, crashes);
        expect(text(other.candles)).toBe(text(plain.candles));
        expect(other.state).toEqual(plain.state);
        expectDiscipline(plain.candles, timeframes, stream.ticks);
      }),
      parameters,
    );
  });

  test("an end that is told again, before it is traded again and after, changes nothing", () => {
    const ways = fc.record({
      sizes: SIZES,
      crashes: CRASHES,
      after: fc.nat(23),
      rest: fc.integer({ min: 0, max: 2 * MINUTE }),
      again: fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(streams(base, true), ways, (stream, { sizes, crashes, after, rest, again }) => {
        const records = blocks(stream, stream.ticks, sizes);
        const at = 1 + (after % records.length);
        const told = records.slice(0, at).flatMap((record) => (record.kind === "ticks" ? [...record.ticks.ts] : []));
        const end: TickRecord = { kind: "ended", at: Math.max(...told) + 1 + rest };
        const lastEnd: TickRecord = { kind: "ended", at: stream.ticks.at(-1)!.ts + 3 * MINUTE };
        const later = [...records.slice(at), lastEnd];
        const plain = run(timeframes, [...records.slice(0, at), end, ...later]);
        for (const place of again) later.splice(place % later.length, 0, end);
        const other = run(timeframes, [...records.slice(0, at), end, ...later], crashes);
        expect(text(other)).toBe(text(plain));
      }),
      { numRuns: Math.ceil(base.runs / 4) },
    );
  });

  test("ticks repeated inside later blocks change nothing", () => {
    fc.assert(
      fc.property(streams(base, true, ["sequence"]), SIZES, DELAYS, (stream, sizes, delays) => {
        const plain = run(timeframes, blocks(stream, stream.ticks, [1]));
        const twice = [...stream.ticks, ...stream.ticks.filter((_, i) => i % 3 === 0)];
        const repeats = twice.map((tick, i) => ({
          tick,
          at: i < stream.ticks.length ? i : i + delays[i % delays.length]!,
        }));
        const order = repeats.sort((a, b) => a.tick.ts - b.tick.ts || a.at - b.at).map(({ tick }) => tick);
        const other = run(timeframes, blocks(stream, order, sizes));
        expect(text(other.candles)).toBe(text(plain.candles));
        expect(other.state).toEqual(plain.state);
      }),
      { numRuns: Math.ceil(base.runs / 4) },
    );
  });

  test("the last revisions are what ids, losses and silence amount to, whole or ended", () => {
    const facts = fc.record({
      sizes: SIZES,
      crashes: CRASHES,
      losses: fc.array(fc.record({ after: fc.nat(23), share: fc.double({ min: 0.01, max: 1, noNaN: true }) }), {
        maxLength: 3,
      }),
      rest: fc.integer({ min: 0, max: base.silence }),
      ended: fc.boolean(),
    });
    fc.assert(
      fc.property(streams(base, true), facts, (stream, { sizes, crashes, losses, rest, ended }) => {
        const records: TickRecord[] = blocks(stream, stream.ticks, sizes);
        const end = stream.ticks.at(-1)!.ts + 1 + rest;
        const lost: Interval[] = [];
        for (const { after, share } of losses) {
          // A loss is stated when the source is back: before the block that follows it.
          const at = after % records.length;
          const record = records[at]!;
          if (record.kind !== "ticks") continue;
          const from = record.ticks.ts.at(-1)! + 1;
          const next = records.slice(at + 1).find((later) => later.kind === "ticks");
          const back = next?.kind === "ticks" ? next.ticks.ts[0]! : end;
          const to = Math.floor(from + (back - from) * share);
          if (from >= to) continue;
          lost.push({ from, to });
          records.splice(at + 1, 0, { kind: "gap-closed", from, to, lost: true, reason: "no answer" });
        }
        records.push(ended ? { kind: "ended", at: end } : { kind: "heartbeat", watermark: end });
        const outcome = run(timeframes, records, crashes);
        const until = ended ? windowEnd(timeframes[0]!, end) : end;
        const expected = candlesByBruteForce({ instrument: INSTRUMENT, timeframes, ...stream, until, lost, ended });
        const found = finals(outcome.candles);
        expect(found.size).toBe(expected.length);
        for (const candle of expected) {
          const { openTime: from, closeTime: to } = candle;
          // What was forgotten when an id spoke against it is to be rebuilt instead.
          if (outcome.dirty.some((span) => span.from < to && from < span.to)) continue;
          expect(found.get(`${candle.timeframe} ${from}`)).toEqual(candle);
        }
        expectDiscipline(outcome.candles, timeframes, stream.ticks);
      }),
      parameters,
    );
  });

  test("in any order within 15 minutes, the last revisions are those of the order", () => {
    fc.assert(
      fc.property(streams(base, true), SIZES, DELAYS, CRASHES, AGAIN, (stream, sizes, delays, crashes, again) => {
        const heartbeat = { kind: "heartbeat", watermark: stream.ticks.at(-1)!.ts + 2 * base.silence } as const;
        const inOrder = run(timeframes, [...blocks(stream, stream.ticks, [5]), heartbeat]);
        // Hashes are remembered for two minutes only.
        const late = arrival(stream.ticks, delays, stream.ids === "hash" ? 100 * SECOND : 15 * MINUTE);
        const records = repeated(blocks(stream, late, sizes), stream.ids === "hash" ? [] : again);
        const outOfOrder = run(timeframes, [...records, heartbeat], crashes);
        const found = finals(outOfOrder.candles);
        const expected = finals(inOrder.candles);
        expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
        const dirty = [...inOrder.dirty, ...outOfOrder.dirty];
        for (const [key, candle] of expected) {
          const { openTime, closeTime } = candle;
          const other = found.get(key)!;
          const doubtful = dirty.some((span) => span.from < closeTime && openTime < span.to);
          if (!doubtful) expect(other).toEqual(candle);
          else if (candle.trades !== 0) expect({ ...other, completeness: candle.completeness }).toEqual(candle);
        }
        expectDiscipline(outOfOrder.candles, timeframes, stream.ticks);
      }),
      { numRuns: Math.ceil(base.runs / 4) },
    );
  });
});

function windowEnd(timeframe: Timeframe, end: number): number {
  const length = timeframe === "1s" ? SECOND : MINUTE;
  return Math.ceil(end / length) * length;
}

describe("larger candles", () => {
  test("those merged from minutes say what those folded from ticks say", () => {
    const base = BASES["1m"]!;
    fc.assert(
      fc.property(streams(base, false, ["sequence"]), SIZES, (stream, sizes) => {
        const records = [...blocks(stream, stream.ticks, sizes)];
        records.push({ kind: "heartbeat", watermark: stream.ticks.at(-1)!.ts + 2 * HOUR });
        const merged = finals(run(FROM_MINUTE, records).candles.filter((candle) => candle.timeframe === "1h"));
        expect(merged).toEqual(finals(run(["1h"], records).candles));
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });

  test("no volume is won or lost on the way up", () => {
    const base = BASES["1m"]!;
    fc.assert(
      fc.property(streams(base, true), (stream) => {
        const end: TickRecord = { kind: "ended", at: stream.ticks.at(-1)!.ts + 1 };
        const last = [...finals(run(FROM_MINUTE, [...blocks(stream, stream.ticks, [3]), end]).candles).values()];
        const total = (timeframe: Timeframe): unknown =>
          last
            .filter((candle) => candle.timeframe === timeframe)
            .reduce(
              ([volume, quote, trades], candle) => [
                volume! + candle.volume,
                quote! + candle.quoteVolume!,
                trades! + BigInt(candle.trades!),
              ],
              [0n, 0n, 0n],
            );
        for (const timeframe of FROM_MINUTE) expect(total(timeframe)).toEqual(total("1m"));
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});
