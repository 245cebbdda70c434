import { describe, expect, it } from "vitest";
import type { Candle, CandleOrigin } from "#shared/market/candle.ts";
import type { Instrument } from "#shared/market/instrument.ts";
import { type CandleStorePorts, candle, gap, MINUTE, query, read, START } from "./candle-samples.ts";
import { choiceTests, columnTests, modelTest } from "./candle-store-reading.ts";
import { collect, type Open, withStore } from "./opened.ts";
import { freshInstrument } from "./sample-instruments.ts";

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
