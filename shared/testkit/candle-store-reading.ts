import fc from "fast-check";
import { expect, it } from "vitest";
import type { Candle, CandleChoice, CandleOrigin } from "#shared/market/candle.ts";
import { decimalToNumber, toDecimal } from "#shared/market/decimal.ts";
import { type CandleStorePorts, candle, gap, MINUTE, query, read, START } from "./candle-samples.ts";
import { collect, type Open, withStore } from "./opened.ts";
import { propertyRuns } from "./property-runs.ts";
import { freshInstrument } from "./sample-instruments.ts";

/** Which of several candles stands for a window. */
export function choiceTests(open: Open<CandleStorePorts>): void {
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

/** What the engine is given. */
export function columnTests(open: Open<CandleStorePorts>): void {
  it("leaves gaps out, has NaN for unknown counts, and rounds volumes once", () =>
    withStore(open, async ({ candles }) => {
      const instrument = freshInstrument();
      // The second is one that a double of its digits, divided by 1e18, gets wrong.
      const volumes = [toDecimal(0.1) + toDecimal(0.2), 18_518_518_351_869_351_660n, 1n];
      const empty = candle(instrument, 4, { trades: 0, volume: 0n });
      await candles.put([
        ...volumes.map((volume, window) => candle(instrument, window, { volume })),
        gap(instrument, 3),
        empty,
        candle(instrument, 5, { trades: null }),
        gap(instrument, 6),
      ]);
      const columns = await candles.columns(query(instrument));
      expect(columns.length).toBe(5);
      expect((columns.told - START) / MINUTE).toBe(7);
      const read = (await collect(candles.read(query(instrument)))).flat();
      const count = (completeness: string): number => read.filter((each) => each.completeness === completeness).length;
      const kinds = ["proven", "reconciled", "unknown", "gap"] as const;
      expect(columns.quality).toEqual(Object.fromEntries(kinds.map((kind) => [kind, count(kind)])));
      expect(columns.quality.gap).toBeGreaterThan(0);
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

/** Any candles and marks, against the choice as the port words it. */
export async function modelTest(open: Open<CandleStorePorts>): Promise<void> {
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
