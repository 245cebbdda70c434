import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Candle, CandleChoice, CandleOrigin } from "#shared/market/candle.ts";
import { decimalToNumber, toDecimal } from "#shared/market/decimal.ts";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import { type Timeframe, windowClose, windowOpen } from "#shared/market/timeframe.ts";
import type { CandleQuery, CandleStore } from "#shared/ports/candle-store.ts";
import type { RangeRegistry } from "#shared/ports/range-registry.ts";
import { collect, type Open, withStore } from "./opened.ts";
import { propertyRuns } from "./property-runs.ts";
import { freshInstrument } from "./sample-instruments.ts";

/** The two ports that decide what `best` is. */
export interface CandleStorePorts {
  readonly candles: CandleStore;
  readonly ranges: RangeRegistry;
}

const START = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;
const ALL = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** The candle of the `window`th minute from `START`. */
function candle(instrument: Instrument, window: number, changes: Partial<Candle> = {}): Candle {
  const timeframe: Timeframe = changes.timeframe ?? "1m";
  const openTime = windowOpen(timeframe, START + window * MINUTE);
  return {
    instrument: instrumentKey(instrument),
    timeframe,
    openTime,
    closeTime: windowClose(timeframe, openTime),
    open: 100 + window,
    high: 110.5 + window,
    low: 90.25,
    close: 100.1 + window,
    volume: toDecimal(0.1) + BigInt(window),
    quoteVolume: toDecimal(1_000.000_000_1),
    buyVolume: toDecimal(0.05),
    trades: 10,
    firstId: window * 10,
    lastId: window * 10 + 9,
    origin: "rebuilt",
    revision: 0,
    reason: "rebuild",
    completeness: "proven",
    ...changes,
  };
}

function gap(instrument: Instrument, window: number, changes: Partial<Candle> = {}): Candle {
  const none = { open: null, high: null, low: null, close: null, firstId: null, lastId: null };
  return candle(instrument, window, { ...none, volume: 0n, trades: 0, completeness: "gap", ...changes });
}

function query(instrument: Instrument, changes: Partial<CandleQuery> = {}): CandleQuery {
  return { instrument, timeframe: "1m", choice: "best", ...ALL, ...changes };
}

async function read(store: CandleStore, asked: CandleQuery): Promise<Candle[]> {
  return (await collect(store.read(asked))).flat();
}

/** What every candle store promises. */
export function candleStoreContract(name: string, open: Open<CandleStorePorts>): void {
  describe(`${name}: putting candles`, () => {
    putTests(open);
  });
  describe(`${name}: replacing candles`, () => {
    replaceTests(open);
  });
  describe(`${name}: choosing candles`, () => {
    choiceTests(open);
  });
  describe(`${name}: candles in columns`, () => {
    columnTests(open);
  });
  describe(`${name}: candles against a model`, () => {
    it("chooses as the model does, whatever is put, replaced and marked", () => modelTest(open));
  });
}

function putTests(open: Open<CandleStorePorts>): void {
  it("reads back every field, null and exact sums included", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      const limit = 10n ** 38n - 1n;
      const put = [
        candle(instrument, 0, { volume: limit, quoteVolume: -limit, buyVolume: 1n, revision: 3 }),
        candle(instrument, 1, { quoteVolume: null, buyVolume: null, trades: null, firstId: null, lastId: null }),
        candle(instrument, 2, { volume: 2n ** 64n, quoteVolume: 2n ** 64n - 1n, buyVolume: 0n }),
        gap(instrument, 3, { completeness: "gap", reason: "completeness" }),
        candle(instrument, 4, { origin: "file", reason: "import", completeness: "unknown", volume: -1n }),
      ];
      await candles.put(put);
      expect(await read(candles, query(instrument))).toEqual(put);
    }));

  it("takes nothing, and candles of several series at once", () =>
    withStore(open, async ({ candles }) => {
      const [one, two] = [freshInstrument(), freshInstrument()];
      await candles.put([]);
      const hour = candle(one, 0, { timeframe: "1h" });
      await candles.put([candle(one, 0), candle(two, 0), hour, candle(one, 1)]);
      expect(await read(candles, query(one))).toEqual([candle(one, 0), candle(one, 1)]);
      expect(await read(candles, query(two))).toEqual([candle(two, 0)]);
      expect(await read(candles, query(one, { timeframe: "1h" }))).toEqual([hour]);
      expect(await read(candles, query(freshInstrument()))).toEqual([]);
    }));

  it("upserts by openTime, origin and revision, within one call too", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      await candles.put([candle(instrument, 1, { close: 1 }), candle(instrument, 0), candle(instrument, 1)]);
      await candles.put([candle(instrument, 1, { close: 2 }), candle(instrument, 2)]);
      const held = [candle(instrument, 0), candle(instrument, 1, { close: 2 }), candle(instrument, 2)];
      expect(await read(candles, query(instrument))).toEqual(held);
      expect(await candles.extents(instrument)).toMatchObject([{ count: 3 }]);
    }));

  it("reads those with openTime ≥ from and closeTime ≤ to", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      await candles.put([0, 1, 2, 3].map((window) => candle(instrument, window)));
      const opens = async (from: number, to: number) =>
        (await read(candles, query(instrument, { from, to }))).map(({ openTime }) => (openTime - START) / MINUTE);
      expect(await opens(START + MINUTE, START + 3 * MINUTE)).toEqual([1, 2]);
      expect(await opens(START + MINUTE + 1, START + 3 * MINUTE - 1)).toEqual([]);
      expect(await opens(START, START + MINUTE)).toEqual([0]);
      expect(await opens(START, START)).toEqual([]);
      expect(await opens(START + 9 * MINUTE, START + 10 * MINUTE)).toEqual([]);
    }));

  it("tells what is held by instrument, timeframe and origin", () =>
    withStore(open, async ({ candles }) => {
      const [one, two] = [freshInstrument(), freshInstrument()];
      expect(await candles.extents(null)).toEqual([]);
      await candles.put([
        candle(one, 5),
        candle(one, 1),
        candle(one, 1, { revision: 1 }),
        candle(one, 1, { origin: "live" }),
        candle(two, 0, { timeframe: "1M" }),
      ]);
      const minute = { instrument: one, timeframe: "1m", from: START + MINUTE } as const;
      const ofOne = [
        { ...minute, origin: "live", count: 1, to: START + 2 * MINUTE },
        { ...minute, origin: "rebuilt", count: 2, to: START + 6 * MINUTE },
      ];
      const sorted = async (instrument: Instrument | null) =>
        [...(await candles.extents(instrument))].sort((a, b) =>
          a.origin + a.timeframe < b.origin + b.timeframe ? -1 : 1,
        );
      expect(await sorted(one)).toEqual(ofOne);
      expect(await sorted(null)).toHaveLength(3);
      expect(await sorted(two)).toEqual([
        { instrument: two, timeframe: "1M", origin: "rebuilt", count: 1, from: START, to: Date.UTC(2024, 1, 1) },
      ]);
    }));

  it("keeps everything over a close", () =>
    withStore(open, async ({ candles }, opened) => {
      if (opened.reopen === undefined) return;
      const instrument = freshInstrument();
      await candles.put([0, 1].map((window) => candle(instrument, window)));
      const again = await opened.reopen();
      expect(await read(again.candles, query(instrument))).toEqual([candle(instrument, 0), candle(instrument, 1)]);
    }));
}

function replaceTests(open: Open<CandleStorePorts>): void {
  const series = (instrument: Instrument, from: number, to: number, origin: CandleOrigin = "rebuilt") => ({
    instrument,
    timeframe: "1m" as const,
    origin,
    from: START + from * MINUTE,
    to: START + to * MINUTE,
  });

  it("gives a new candle 0, keeps an equal one's revision, raises a changed one's", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      const at = (window: number, changes: Partial<Candle> = {}) =>
        candle(instrument, window, { revision: 7, ...changes });
      const revisions = async () => (await read(candles, query(instrument))).map((held) => held.revision);
      await candles.replace(series(instrument, 0, 4), [at(0), at(1), at(2)]);
      expect(await revisions()).toEqual([0, 0, 0]);
      await candles.replace(series(instrument, 0, 4), [at(0), at(1, { volume: 5n }), at(2), at(3)]);
      expect(await revisions()).toEqual([0, 1, 0, 0]);
      await candles.replace(series(instrument, 0, 4), [at(0), at(1, { volume: 5n }), at(2, { open: null }), at(3)]);
      expect(await revisions()).toEqual([0, 1, 1, 0]);
      expect((await read(candles, query(instrument)))[1]).toEqual(at(1, { volume: 5n, revision: 1 }));
      expect(await candles.extents(instrument)).toMatchObject([{ count: 4 }]);
    }));

  it("removes what is not among them, within the span and origin alone", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      const other = freshInstrument();
      const all = [0, 1, 2, 3, 4].map((window) => candle(instrument, window));
      const hour = candle(instrument, 0, { timeframe: "1h" });
      const live = candle(instrument, 2, { origin: "live" });
      await candles.put([...all, hour, live, candle(other, 2)]);
      await candles.replace(series(instrument, 1, 4), [candle(instrument, 3)]);
      const held = (await collect(candles.readOrigin(query(instrument), "rebuilt"))).flat();
      expect(held).toEqual([all[0], all[3], all[4]]);
      expect((await collect(candles.readOrigin(query(instrument), "live"))).flat()).toEqual([live]);
      expect(await read(candles, query(instrument, { timeframe: "1h" }))).toEqual([hour]);
      expect(await read(candles, query(other))).toEqual([candle(other, 2)]);
      await candles.replace(series(instrument, 0, 9), []);
      expect((await collect(candles.readOrigin(query(instrument), "rebuilt"))).flat()).toEqual([]);
    }));

  it("leaves one of several stored revisions: compares with the greatest", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      const revisions = [0, 1, 2].map((revision) => candle(instrument, 0, { revision, close: revision }));
      await candles.put(revisions);
      await candles.replace(series(instrument, 0, 1), [candle(instrument, 0, { close: 2 })]);
      expect(await read(candles, query(instrument))).toEqual([revisions[2]]);
      await candles.put(revisions.slice(0, 2));
      await candles.replace(series(instrument, 0, 1), [candle(instrument, 0, { close: 1 })]);
      expect(await read(candles, query(instrument))).toEqual([candle(instrument, 0, { close: 1, revision: 3 })]);
    }));
}

function choiceTests(open: Open<CandleStorePorts>): void {
  const ORIGINS: readonly CandleOrigin[] = ["file", "exchange", "live", "rebuilt"];

  it("prefers rebuilt, live, exchange, file for best, and the greatest live revision", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      const seen: string[] = [];
      for (const origin of ORIGINS) {
        await candles.put([candle(instrument, 0, { origin })]);
        if (origin === "live") await candles.put([candle(instrument, 0, { origin, revision: 2 })]);
        const [chosen] = await read(candles, query(instrument));
        seen.push(`${chosen!.origin} ${chosen!.revision}`);
      }
      expect(seen).toEqual(["file 0", "exchange 0", "live 2", "rebuilt 0"]);
    }));

  it("gives live revision 0 where there is one for known, else what best gives", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      await candles.put(ORIGINS.map((origin) => candle(instrument, 0, { origin, close: 1 })));
      await candles.put([candle(instrument, 0, { origin: "live", revision: 1, close: 2 }), candle(instrument, 1)]);
      const known = await read(candles, query(instrument, { choice: "known" }));
      expect(known).toEqual([candle(instrument, 0, { origin: "live", close: 1 }), candle(instrument, 1)]);
    }));

  it("passes over a rebuilt candle of a dirty window if a live one exists", () =>
    withStore(open, async ({ candles, ranges }) => {
      const instrument = freshInstrument();
      const both = (window: number) => [candle(instrument, window), candle(instrument, window, { origin: "live" })];
      await candles.put([...both(0), ...both(1), candle(instrument, 2), ...both(3)]);
      const exchange = candle(instrument, 2, { origin: "exchange" });
      await candles.put([exchange]);
      await ranges.markDirty(instrument, START + MINUTE, START + 3 * MINUTE);
      await ranges.markDirty(freshInstrument(), START, START + 9 * MINUTE);
      const origins = async () => (await read(candles, query(instrument))).map(({ origin }) => origin);
      expect(await origins()).toEqual(["rebuilt", "live", "rebuilt", "rebuilt"]);
      await ranges.clearDirty(await ranges.dirty(instrument));
      expect(await origins()).toEqual(["rebuilt", "rebuilt", "rebuilt", "rebuilt"]);
      await ranges.markDirty(instrument, START + 4 * MINUTE - 1, START + 4 * MINUTE);
      expect(await origins()).toEqual(["rebuilt", "rebuilt", "rebuilt", "live"]);
    }));

  it("reads one origin, the greatest revision of each window, gaps included", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      const live = [0, 2, 1].map((revision) => candle(instrument, 0, { origin: "live", revision }));
      await candles.put([...live, candle(instrument, 0), gap(instrument, 1, { origin: "live" })]);
      const held = (await collect(candles.readOrigin(query(instrument), "live"))).flat();
      expect(held).toEqual([live[1], gap(instrument, 1, { origin: "live" })]);
      expect(await collect(candles.readOrigin(query(instrument), "file"))).toEqual([]);
    }));
}

function columnTests(open: Open<CandleStorePorts>): void {
  it("leaves gaps out, has NaN for unknown counts, and rounds volumes once", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      const volumes = [toDecimal(0.1) + toDecimal(0.2), 123_456_789_012_345_678_901_234_567n, 1n];
      const empty = candle(instrument, 4, { trades: 0, volume: 0n });
      await candles.put([
        ...volumes.map((volume, window) => candle(instrument, window, { volume })),
        gap(instrument, 3),
        empty,
        candle(instrument, 5, { trades: null }),
      ]);
      const columns = await candles.columns(query(instrument));
      expect(columns.length).toBe(5);
      expect([...columns.volume]).toEqual([...volumes, 0n, candle(instrument, 5).volume].map(decimalToNumber));
      expect([...columns.trades]).toEqual([10, 10, 10, 0, Number.NaN]);
      expect([...columns.openTime].map((time) => (time - START) / MINUTE)).toEqual([0, 1, 2, 4, 5]);
      expect([...columns.closeTime].map((time) => (time - START) / MINUTE)).toEqual([1, 2, 3, 5, 6]);
      expect([...columns.high]).toEqual([110.5, 111.5, 112.5, 114.5, 115.5]);
    }));

  it("has a bar where the choice is none of several gaps, and none where it is a gap", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      await candles.put([0, 1].map((window) => gap(instrument, window, { origin: "live" })));
      await candles.put([candle(instrument, 0), candle(instrument, 1, { origin: "file" })]);
      const { openTime } = await candles.columns(query(instrument));
      expect([...openTime]).toEqual([START]);
      expect((await candles.columns(query(instrument, { choice: "known" }))).length).toBe(0);
      expect((await candles.columns(query(freshInstrument()))).length).toBe(0);
    }));

  it("takes 200,000 candles and reads them in blocks of a bounded size", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      const many = Array.from({ length: 200_000 }, (_, window) => candle(instrument, window));
      await candles.put(many);
      const columns = await candles.columns(query(instrument));
      expect(columns.length).toBe(200_000);
      expect(columns.openTime.every((time, i) => time === many[i]!.openTime)).toBe(true);
      let count = 0;
      for await (const block of candles.read(query(instrument))) {
        expect(block.length).toBeLessThanOrEqual(65_536);
        expect(block[0]).toEqual(many[count]);
        count += block.length;
      }
      expect(count).toBe(200_000);
    }));
}

/** Rank of a candidate by the port's words; greater is better. */
function rank(choice: CandleChoice, { origin, revision }: Candle, dirty: boolean): number {
  if (choice === "known" && origin === "live" && revision === 0) return 9;
  if (origin === "rebuilt") return dirty ? 2 : 4;
  return { live: 3, exchange: 1, file: 0 }[origin];
}

async function modelTest(open: Open<CandleStorePorts>): Promise<void> {
  const sample = fc.record({
    window: fc.integer({ min: 0, max: 7 }),
    origin: fc.constantFrom<CandleOrigin>("live", "rebuilt", "exchange", "file"),
    revision: fc.integer({ min: 0, max: 2 }),
    close: fc.integer({ min: 1, max: 3 }),
    isGap: fc.boolean(),
  });
  const dirty = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 90_000 })), {
    maxLength: 2,
  });
  const choices = fc.constantFrom<CandleChoice>("best", "known");
  const puts = fc.array(fc.array(sample, { maxLength: 10 }), { maxLength: 4 });
  await withStore(open, async ({ candles, ranges }) => {
    await fc.assert(
      fc.asyncProperty(puts, dirty, choices, async (blocks, marks, choice) => {
        const instrument = freshInstrument();
        const model = new Map<string, Candle>();
        for (const block of blocks) {
          const made = block.map(({ window, isGap, ...changes }) =>
            isGap ? gap(instrument, window, { ...changes, close: null }) : candle(instrument, window, changes),
          );
          await candles.put(made);
          for (const one of made) model.set(`${one.openTime} ${one.origin} ${one.revision}`, one);
        }
        const spans = marks.map(([window, length]) => ({
          from: START + window * MINUTE,
          to: START + window * MINUTE + length,
        }));
        for (const { from, to } of spans) await ranges.markDirty(instrument, from, to);
        const expected = [...new Set([...model.values()].map(({ openTime }) => openTime))].sort().map((openTime) => {
          const candidates = [...model.values()].filter((one) => one.openTime === openTime);
          const isDirty = spans.some(({ from, to }) => from < openTime + MINUTE && to > openTime);
          candidates.sort((a, b) => rank(choice, b, isDirty) - rank(choice, a, isDirty) || b.revision - a.revision);
          return candidates[0]!;
        });
        expect(await read(candles, query(instrument, { choice }))).toEqual(expected);
        const bars = expected.filter(({ completeness }) => completeness !== "gap");
        const columns = await candles.columns(query(instrument, { choice }));
        expect([...columns.close]).toEqual(bars.map(({ close }) => close));
      }),
      propertyRuns(40),
    );
  });
}
