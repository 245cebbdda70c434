import { describe, expect, it } from "vitest";
import { instrumentKey } from "#shared/market/instrument.ts";
import { type Tick, type TickColumns, tickColumns } from "#shared/market/tick.ts";
import type { TickStore } from "#shared/ports/tick-store.ts";
import { collect, type Open, withStore } from "./opened.ts";
import { freshInstrument } from "./sample-instruments.ts";
import { rowsOf, START, ticksFrom } from "./tick-samples.ts";
import { modelTest } from "./tick-store-model.ts";

/** What every tick store promises. */
export function tickStoreContract(name: string, open: Open<TickStore>): void {
  describe(`${name}: appending ticks`, () => {
    appendTests(open);
  });
  describe(`${name}: reading ticks`, () => {
    readTests(open);
  });
  describe(`${name}: ticks against a model`, () => {
    it("agrees with a map by id, whatever is appended and read", () => modelTest(open));
  });
}

function appendTests(open: Open<TickStore>): void {
  it("stores what is new, counts what is repeated", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const ticks = ticksFrom(10, 5);
      expect(await store.append(instrument, tickColumns(ticks), "import")).toEqual(result(5));
      expect(await store.append(instrument, tickColumns(ticks), "live")).toEqual(result(0, 5));
      expect(await store.append(instrument, tickColumns(ticksFrom(10, 8)), "backfill")).toEqual(result(3, 5));
      expect(rowsOf(await collect(store.read(instrument, 0, Number.POSITIVE_INFINITY)))).toEqual(ticksFrom(10, 8));
    }));

  it("takes an empty block, which sets no kind", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      expect(await store.append(instrument, tickColumns([], "trade"), "live")).toEqual(result(0));
      expect(await store.extent(instrument)).toBeNull();
      expect(await store.instruments()).toEqual([]);
      expect(await store.append(instrument, tickColumns(ticksFrom(1, 1), "aggregate"), "live")).toEqual(result(1));
    }));

  it("names rows whose id is held with other content, and keeps the first", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const [first, second, third] = ticksFrom(1, 3) as [Tick, Tick, Tick];
      await store.append(instrument, tickColumns([first, second, third]), "import");
      const changed: Tick[] = [
        { ...first, price: 7 },
        second,
        { ...second, amount: 7 },
        { ...third, ts: third.ts + 86_400_000 },
        { ...third, side: "buy" },
        { ...third, id: 4 },
      ];
      const append = await store.append(instrument, tickColumns(changed), "import");
      expect(append).toEqual({ stored: 1, repeated: 1, conflicts: [0, 2, 3, 4] });
      const held = rowsOf(await collect(store.read(instrument, 0, Number.POSITIVE_INFINITY)));
      expect(held).toEqual([first, second, third, { ...third, id: 4 }]);
    }));

  it("sorts out repeats and conflicts within a block", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const [first, second] = ticksFrom(1, 2) as [Tick, Tick];
      const block = [second, first, second, { ...first, price: 9 }, first];
      const append = await store.append(instrument, tickColumns(block), "import");
      expect(append).toEqual({ stored: 2, repeated: 2, conflicts: [3] });
      expect(rowsOf(await collect(store.read(instrument, 0, Number.POSITIVE_INFINITY)))).toEqual([first, second]);
    }));

  it("compares with what is held before it compares within the block", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const [tick] = ticksFrom(1, 1) as [Tick];
      await store.append(instrument, tickColumns([tick]), "import");
      const append = await store.append(instrument, tickColumns([{ ...tick, price: 9 }, tick]), "import");
      expect(append).toEqual({ stored: 0, repeated: 1, conflicts: [0] });
    }));

  it("fills a hole between held ids, before them and around them", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const all = ticksFrom(0, 40);
      const pieces = [all.slice(10, 15), all.slice(25, 30), all.slice(15, 25), all.slice(0, 10), all];
      const stored: number[] = [];
      for (const piece of pieces) stored.push((await store.append(instrument, tickColumns(piece), "import")).stored);
      expect(stored).toEqual([5, 5, 10, 10, 10]);
      expect(rowsOf(await collect(store.read(instrument, 0, Number.POSITIVE_INFINITY)))).toEqual(all);
    }));

  it("keeps a first and last id of aggregates, and tells them apart", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const ticks = ticksFrom(1, 3).map((tick) => ({ ...tick, firstId: tick.id * 10, lastId: tick.id * 10 + 4 }));
      await store.append(instrument, tickColumns(ticks, "aggregate"), "live");
      const changed = { ...ticks[1]!, lastId: 99 };
      expect(await store.append(instrument, tickColumns([changed], "aggregate"), "live")).toEqual(result(0, 0, [0]));
      expect(rowsOf(await collect(store.read(instrument, 0, Number.POSITIVE_INFINITY)))).toEqual(ticks);
    }));

  it("refuses another kind or id scheme, and stores none of it", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      await store.append(instrument, tickColumns(ticksFrom(1, 2), "trade", "sequence"), "live");
      for (const [kind, ids] of [
        ["aggregate", "sequence"],
        ["trade", "hash"],
      ] as const) {
        await expect(store.append(instrument, tickColumns(ticksFrom(5, 1), kind, ids), "live")).rejects.toMatchObject({
          name: "InputError",
          code: "conflict",
          message: expect.stringContaining(instrumentKey(instrument)),
        });
      }
      expect((await store.extent(instrument))?.count).toBe(2);
    }));

  it("keeps ids and times up to 2^53, and every bit of prices", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const ticks: Tick[] = [
        { id: 0, ts: START, price: Number.MIN_VALUE, amount: 0.1 + 0.2, side: null },
        { id: Number.MAX_SAFE_INTEGER, ts: START, price: Number.MAX_VALUE, amount: 1 / 3, side: "buy" },
      ];
      await store.append(instrument, tickColumns(ticks, "trade", "hash"), "import");
      expect(rowsOf(await collect(store.read(instrument, 0, Number.POSITIVE_INFINITY)))).toEqual(ticks);
    }));

  it("takes concurrent appends of the same rows once", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const block = tickColumns(ticksFrom(1, 100));
      const appends = await Promise.all(Array.from({ length: 4 }, () => store.append(instrument, block, "live")));
      expect(appends.map((append) => append.stored).sort()).toEqual([0, 0, 0, 100]);
    }));

  it("keeps everything over a close", () =>
    withStore(open, async (store, opened) => {
      if (opened.reopen === undefined) return;
      const instrument = freshInstrument();
      await store.append(instrument, tickColumns(ticksFrom(1, 5)), "live");
      const again = await opened.reopen();
      expect(await again.append(instrument, tickColumns(ticksFrom(1, 7)), "live")).toEqual(result(2, 5));
      expect(await again.extent(instrument)).toMatchObject({ kind: "trade", ids: "sequence", count: 7 });
      expect(rowsOf(await collect(again.read(instrument, 0, Number.POSITIVE_INFINITY)))).toEqual(ticksFrom(1, 7));
    }));
}

function result(stored: number, repeated = 0, conflicts: number[] = []) {
  return { stored, repeated, conflicts };
}

function readTests(open: Open<TickStore>): void {
  it("reads from inclusive to exclusive", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const ticks = ticksFrom(1, 10);
      await store.append(instrument, tickColumns(ticks), "live");
      const read = async (from: number, to: number) => rowsOf(await collect(store.read(instrument, from, to)));
      expect(await read(ticks[2]!.ts, ticks[5]!.ts)).toEqual(ticks.slice(2, 5));
      expect(await read(ticks[2]!.ts, ticks[2]!.ts + 1)).toEqual([ticks[2]]);
      expect(await read(ticks[2]!.ts, ticks[2]!.ts)).toEqual([]);
      expect(await read(ticks[5]!.ts, ticks[2]!.ts)).toEqual([]);
      expect(await read(ticks[2]!.ts + 1, ticks[3]!.ts)).toEqual([]);
      expect(await read(0, START)).toEqual([]);
      expect(await read(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toEqual(ticks);
    }));

  it("orders by time, then id", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const tick = { price: 1, amount: 1, side: null } as const;
      const ticks = [3, 1, 2].map((id) => ({ ...tick, id, ts: START + (id === 2 ? 0 : 5) }));
      await store.append(instrument, tickColumns(ticks), "live");
      const ids = rowsOf(await collect(store.read(instrument, 0, Number.POSITIVE_INFINITY))).map(({ id }) => id);
      expect(ids).toEqual([2, 1, 3]);
    }));

  it("finds the ticks before and at or after a time", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const [first, ...rest] = ticksFrom(1, 3) as [Tick, Tick, Tick];
      const twin = { ...first, id: 50 };
      const late = { ...first, id: 60, ts: START + 90 * 86_400_000 };
      await store.append(instrument, tickColumns([first, ...rest, twin, late]), "live");
      expect(await store.before(instrument, START)).toBeNull();
      expect(await store.before(instrument, START + 1)).toEqual(twin);
      expect(await store.before(instrument, late.ts)).toEqual(rest[1]);
      expect(await store.before(instrument, Number.POSITIVE_INFINITY)).toEqual(late);
      expect(await store.atOrAfter(instrument, Number.NEGATIVE_INFINITY)).toEqual(first);
      expect(await store.atOrAfter(instrument, START)).toEqual(first);
      expect(await store.atOrAfter(instrument, START + 1)).toEqual(rest[0]);
      expect(await store.atOrAfter(instrument, rest[1]!.ts + 1)).toEqual(late);
      expect(await store.atOrAfter(instrument, late.ts + 1)).toBeNull();
    }));

  it("knows nothing of an unknown instrument", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      expect(await collect(store.read(instrument, 0, Number.POSITIVE_INFINITY))).toEqual([]);
      expect(await store.before(instrument, START)).toBeNull();
      expect(await store.atOrAfter(instrument, START)).toBeNull();
      expect(await store.extent(instrument)).toBeNull();
      expect(await store.instruments()).toEqual([]);
    }));

  it("tells the extent and the instruments, by key", () =>
    withStore(open, async (store) => {
      const symbols = ["B/USDT", "A/USDT", "C/USDT"];
      for (const symbol of symbols) {
        await store.append({ exchange: "x", symbol }, tickColumns(ticksFrom(5, 3)), "live");
      }
      await store.append({ exchange: "a", symbol: "Z/USDT" }, tickColumns(ticksFrom(1, 2), "trade", "hash"), "live");
      expect((await store.instruments()).map(instrumentKey)).toEqual(["a:Z/USDT", "x:A/USDT", "x:B/USDT", "x:C/USDT"]);
      expect(await store.extent({ exchange: "x", symbol: "A/USDT" })).toEqual({
        kind: "trade",
        ids: "sequence",
        count: 3,
        from: START,
        to: START + 2_000,
      });
      expect((await store.extent({ exchange: "a", symbol: "Z/USDT" }))?.ids).toBe("hash");
    }));

  it("reads large blocks back in blocks of a bounded size, a long silence and a crowded millisecond included", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      const block = largeBlock(200_000);
      // The second half first: stored order is not time order.
      expect((await store.append(instrument, half(block, 1), "import")).stored).toBe(100_000);
      expect((await store.append(instrument, half(block, 0), "import")).stored).toBe(100_000);
      expect(await store.append(instrument, block, "import")).toEqual(result(0, 200_000));
      let at = 0;
      let largest = 0;
      let wrong = -1;
      for await (const read of store.read(instrument, 0, Number.POSITIVE_INFINITY)) {
        largest = Math.max(largest, read.length);
        for (let i = 0; i < read.length; i++, at++) {
          const same = read.id[i] === block.id[at] && read.ts[i] === block.ts[at] && read.price[i] === block.price[at];
          if (!same && wrong < 0) wrong = at;
        }
      }
      expect({ at, wrong }).toEqual({ at: 200_000, wrong: -1 });
      expect(largest).toBeLessThanOrEqual(131_072);
    }));

  it("lets a reader stop early, and others read at the same time", () =>
    withStore(open, async (store) => {
      const instrument = freshInstrument();
      await store.append(instrument, largeBlock(150_000), "import");
      for await (const block of store.read(instrument, 0, Number.POSITIVE_INFINITY)) {
        expect(block.length).toBeGreaterThan(0);
        break;
      }
      const both = await Promise.all(
        [0, 1].map(() => collect(store.read(instrument, 0, Number.POSITIVE_INFINITY)).then(countRows)),
      );
      expect(both).toEqual([150_000, 150_000]);
    }));
}

function countRows(blocks: readonly TickColumns[]): number {
  return blocks.reduce((sum, block) => sum + block.length, 0);
}

function largeBlock(count: number): TickColumns {
  const columns = tickColumns(ticksFrom(1_000, count));
  for (let i = 0; i < count; i++) {
    if (i > count / 4) columns.ts[i]! += 40 * 86_400_000;
    if (i > count / 2) columns.ts[i] = columns.ts[count / 2]!;
  }
  return columns;
}

function half(block: TickColumns, which: 0 | 1): TickColumns {
  const [from, to] = which === 0 ? [0, block.length / 2] : [block.length / 2, block.length];
  const id = block.id.slice(from, to);
  return {
    ...block,
    length: to - from,
    id,
    firstId: id,
    lastId: id,
    ts: block.ts.slice(from, to),
    price: block.price.slice(from, to),
    amount: block.amount.slice(from, to),
    side: block.side.slice(from, to),
  };
}
