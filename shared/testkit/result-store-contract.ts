import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CycleColumns, RunEvents } from "#shared/engine/run-events.ts";
import type { ResultStore } from "#shared/ports/result-store.ts";
import { type Open, withStore } from "./opened.ts";
import { propertyRuns } from "./property-runs.ts";

const FEEDS = ["data", "slow"];
const T0 = 1_704_070_799_999;

/** Cycles numbered from `first`, with values that tell their number and `variant`. */
function cyclesFrom(first: number, count: number, variant = 0, feeds = 2): CycleColumns {
  const column = (of: (cycle: number) => number) => Float64Array.from({ length: count }, (_, i) => of(first + i));
  return {
    length: count,
    time: column((cycle) => T0 + cycle * 60_000),
    cash: column((cycle) => 1_000.1 - cycle + variant),
    value: column((cycle) => 0.1 + cycle + variant),
    position: Array.from({ length: feeds }, (_, feed) => column((cycle) => (cycle % 7) * 0.1 - feed - variant)),
  };
}

function events(first: number, count: number, rows: Partial<RunEvents> = {}): RunEvents {
  return {
    firstCycle: first,
    cycles: cyclesFrom(first, count),
    orders: [],
    fills: [],
    trades: [],
    logs: [],
    ...rows,
  };
}

/** An order, a fill, a trade and a line in the log, numbered from `seq`. */
function rowsFrom(seq: number): Pick<RunEvents, "orders" | "fills" | "trades" | "logs"> {
  const time = T0 + seq;
  const order = { seq, time, order: 4, feed: "data", size: 0.1 + 0.2, remaining: 0 } as const;
  return {
    orders: [
      { ...order, status: "Accepted", execType: "Market", price: null, tag: null, note: null },
      {
        ...order,
        seq: seq + 1,
        status: "Rejected",
        execType: "StopTrailLimit",
        price: 1 / 3,
        tag: "entry",
        note: "Größe 'zu klein', a longer note than fits inline",
        limitPrice: 63_999.5,
        tradeId: 2,
        parent: 3,
        group: 1,
      },
    ],
    fills: [
      { seq: seq + 2, time, order: 4, feed: "slow", size: -0.5, price: 64_000.25, fee: 1.5, pnl: -3 },
      { seq: seq + 5, time, order: 4, feed: "slow", size: -0.5, price: 64_000.5, fee: 1, pnl: 0, maker: true },
    ],
    trades: [
      {
        seq: seq + 3,
        trade: 1,
        feed: "data",
        openTime: time,
        closeTime: time + 60_000,
        size: -2,
        entryPrice: 10,
        exitPrice: 11,
        pnl: -2,
        fees: 0.25,
        bars: 9,
        tag: null,
        exitTag: null,
        exitType: "StopTrail",
      },
      {
        seq: seq + 6,
        trade: 2,
        feed: "data",
        openTime: time,
        closeTime: time + 60_000,
        size: 1,
        entryPrice: 10,
        exitPrice: 10,
        pnl: 0,
        fees: 0,
        bars: 1,
        tag: "entry",
        exitTag: "exit",
        exitType: "Limit",
        tradeId: 7,
      },
    ],
    logs: [{ seq: seq + 4, time, text: "crossed\n'up'" }],
  };
}

const NOTHING = { orders: [], fills: [], trades: [], logs: [] };

/** What every result store promises. */
export function resultStoreContract(name: string, open: Open<ResultStore>): void {
  describe(`${name}: results`, () => {
    writeTests(open);
    hashTests(open);
    boundaryTests(open);
    it("agrees with a map of cycles, whatever is written again", () => modelTest(open));
  });
}

function writeTests(open: Open<ResultStore>): void {
  it("has empty results of an unknown run", () =>
    withStore(open, async (store) => {
      const results = await store.read("none");
      expect(results).toMatchObject(NOTHING);
      expect(results.cycles.length).toBe(0);
    }));

  it("reads back what was written in pieces, in order, every field", () =>
    withStore(open, async (store) => {
      await store.write("r", FEEDS, events(0, 3, rowsFrom(0)));
      await store.write("r", FEEDS, events(3, 2, rowsFrom(10)));
      const results = await store.read("r");
      expect(results.cycles).toEqual(cyclesFrom(0, 5));
      for (const table of ["orders", "fills", "trades", "logs"] as const) {
        expect(results[table]).toEqual([...rowsFrom(0)[table], ...rowsFrom(10)[table]]);
      }
    }));

  it("gives the last cycle, or the last before a time", () =>
    withStore(open, async (store) => {
      expect(await store.lastCycle("r", null)).toBeNull();
      await store.write("r", FEEDS, events(0, 3));
      await store.write("r", FEEDS, events(3, 2, rowsFrom(10)));
      const { time, cash, value, position } = cyclesFrom(0, 5);
      const cycle = (at: number) => ({
        time: time[at],
        cash: cash[at],
        value: value[at],
        position: position.map((column) => column[at]),
      });
      expect(await store.lastCycle("r", null)).toEqual(cycle(4));
      expect(await store.lastCycle("r", time[4]! + 1)).toEqual(cycle(4));
      expect(await store.lastCycle("r", time[4]!)).toEqual(cycle(3));
      expect(await store.lastCycle("r", time[0]!)).toBeNull();
      expect(await store.lastCycle("r", 0)).toBeNull();
      await store.remove("r");
      expect(await store.lastCycle("r", null)).toBeNull();
    }));

  it("changes nothing by writing the same again, and upserts by number", () =>
    withStore(open, async (store) => {
      await store.write("r", FEEDS, events(0, 5, rowsFrom(0)));
      const before = await store.read("r");
      await store.write("r", FEEDS, events(0, 5, rowsFrom(0)));
      await store.write("r", FEEDS, events(2, 1));
      expect(await store.read("r")).toEqual(before);
      const [fill, other] = rowsFrom(0).fills;
      await store.write("r", FEEDS, { ...events(4, 2), cycles: cyclesFrom(4, 2, 7), fills: [{ ...fill!, fee: 9 }] });
      const after = await store.read("r");
      expect(after.cycles.length).toBe(6);
      expect(after.cycles.cash[3]).toBe(before.cycles.cash[3]);
      expect(after.cycles.cash[4]).toBe(cyclesFrom(4, 1, 7).cash[0]);
      expect(after.cycles.position[1]![5]).toBe(cyclesFrom(5, 1, 7).position[1]![0]);
      expect(after.fills).toEqual([{ ...fill!, fee: 9 }, other]);
      expect(after.orders).toEqual(before.orders);
    }));

  it("replaces a row among others, and no other", () =>
    withStore(open, async (store) => {
      await store.write("r", FEEDS, events(0, 0, rowsFrom(0)));
      await store.write("r", FEEDS, events(0, 0, rowsFrom(10)));
      const [order] = rowsFrom(0).orders;
      await store.write("r", FEEDS, events(0, 0, { orders: [{ ...order!, note: "changed" }] }));
      const { orders } = await store.read("r");
      expect(orders).toEqual([{ ...order!, note: "changed" }, rowsFrom(0).orders[1], ...rowsFrom(10).orders]);
    }));

  it("keeps rows without cycles, and cycles out of order", () =>
    withStore(open, async (store) => {
      await store.write("r", FEEDS, events(4, 0, rowsFrom(0)));
      await store.write("r", FEEDS, events(2, 2));
      await store.write("r", FEEDS, events(0, 2));
      const results = await store.read("r");
      expect(results.cycles).toEqual(cyclesFrom(0, 4));
      expect(results.orders).toEqual(rowsFrom(0).orders);
    }));

  it("keeps runs apart and removes one alone", () =>
    withStore(open, async (store) => {
      await store.write("one", FEEDS, events(0, 3, rowsFrom(0)));
      await store.write("two", ["data"], { ...events(0, 2), cycles: cyclesFrom(0, 2, 1, 1) });
      await store.remove("one");
      await store.remove("never was");
      expect((await store.read("one")).cycles.length).toBe(0);
      expect(await store.read("one")).toMatchObject(NOTHING);
      expect((await store.read("two")).cycles).toEqual(cyclesFrom(0, 2, 1, 1));
      await store.write("one", ["x"], { ...events(0, 1), cycles: cyclesFrom(0, 1, 2, 1) });
      expect((await store.read("one")).cycles).toEqual(cyclesFrom(0, 1, 2, 1));
    }));
}

function hashTests(open: Open<ResultStore>): void {
  const DAY = 86_400_000;
  const stated = (day: number, digit: string) => ({ time: T0 + 1 + day * DAY, resultHash: digit.repeat(32) });

  it("reads back the hashes of a run, in order of time, each once, the last as it was written last", () =>
    withStore(open, async (store) => {
      expect(await store.readHashes("r")).toEqual([]);
      await store.write("r", FEEDS, events(0, 1));
      await store.write("other", FEEDS, events(0, 1));
      await store.writeHashes("r", []);
      expect(await store.readHashes("r")).toEqual([]);
      await store.writeHashes("r", [stated(2, "c"), stated(1, "b")]);
      await store.writeHashes("other", [stated(1, "e")]);
      await store.writeHashes("r", [stated(0, "a"), stated(1, "b")]);
      await store.writeHashes("r", [stated(2, "d")]);
      expect(await store.readHashes("r")).toEqual([stated(0, "a"), stated(1, "b"), stated(2, "d")]);
      expect(await store.readHashes("other")).toEqual([stated(1, "e")]);
      expect((await store.read("r")).cycles).toEqual(cyclesFrom(0, 1));
    }));

  it("removes the hashes of a run with its results, and takes new ones", () =>
    withStore(open, async (store) => {
      for (const run of ["r", "other"]) {
        await store.write(run, FEEDS, events(0, 1));
        await store.writeHashes(run, [stated(0, "a"), stated(1, "b")]);
      }
      await store.remove("r");
      expect(await store.readHashes("r")).toEqual([]);
      await store.write("r", FEEDS, events(0, 1));
      await store.writeHashes("r", [stated(1, "c")]);
      expect(await store.readHashes("r")).toEqual([stated(1, "c")]);
      expect(await store.readHashes("other")).toEqual([stated(0, "a"), stated(1, "b")]);
    }));

  it("keeps hashes over a close", () =>
    withStore(open, async (store, opened) => {
      if (opened.reopen === undefined) return;
      await store.write("r", FEEDS, events(0, 1));
      await store.writeHashes("r", [stated(0, "a")]);
      expect(await (await opened.reopen()).readHashes("r")).toEqual([stated(0, "a")]);
    }));
}

function boundaryTests(open: Open<ResultStore>): void {
  it("keeps every bit of numbers", () =>
    withStore(open, async (store) => {
      const odd = Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY, -0, Number.MIN_VALUE, 0.1 + 0.2);
      const time = odd.map((_, i) => T0 + i);
      const cycles = { length: 5, time, cash: odd, value: odd, position: [odd] };
      await store.write("r", ["data"], { ...events(0, 0), cycles });
      expect((await store.read("r")).cycles).toEqual(cycles);
    }));

  it("takes 200,000 cycles and 20,000 orders at once", () =>
    withStore(open, async (store) => {
      const [order] = rowsFrom(0).orders;
      const orders = Array.from({ length: 20_000 }, (_, seq) => ({
        ...order!,
        seq,
        tag: seq % 2 ? `tag ${seq}` : null,
      }));
      await store.write("r", FEEDS, events(0, 200_000, { orders }));
      const results = await store.read("r");
      const expected = cyclesFrom(0, 200_000);
      expect(results.cycles.length).toBe(200_000);
      expect(Buffer.from(results.cycles.value.buffer).equals(Buffer.from(expected.value.buffer))).toBe(true);
      expect(results.orders).toEqual(orders);
    }));

  it("keeps everything over a close", () =>
    withStore(open, async (store, opened) => {
      if (opened.reopen === undefined) return;
      await store.write("r", FEEDS, events(0, 3, rowsFrom(0)));
      const before = await store.read("r");
      const again = await opened.reopen();
      expect(await again.read("r")).toEqual(before);
      await again.write("r", FEEDS, events(3, 1));
      expect((await again.read("r")).cycles).toEqual(cyclesFrom(0, 4));
    }));
}

async function modelTest(open: Open<ResultStore>): Promise<void> {
  const write = fc.record({
    first: fc.integer({ min: 0, max: 8 }),
    count: fc.integer({ min: 0, max: 5 }),
    variant: fc.integer({ min: 0, max: 3 }),
  });
  let made = 0;
  await withStore(open, async (store) => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 6 }), async (writes) => {
        const run = `model ${made++}`;
        const model = new Map<number, number>();
        for (const { first, count, variant } of writes) {
          await store.write(run, FEEDS, { ...events(first, 0), cycles: cyclesFrom(first, count, variant) });
          for (let i = 0; i < count; i++) model.set(first + i, variant);
        }
        const expected = [...model].sort(([a], [b]) => a - b).map(([cycle, variant]) => cyclesFrom(cycle, 1, variant));
        const { cycles } = await store.read(run);
        expect([...cycles.time]).toEqual(expected.map((cycle) => cycle.time[0]));
        expect([...cycles.cash]).toEqual(expected.map((cycle) => cycle.cash[0]));
        if (expected.length > 0) {
          expect([...cycles.position[1]!]).toEqual(expected.map((cycle) => cycle.position[1]![0]));
        }
      }),
      propertyRuns(15),
    );
  });
}
