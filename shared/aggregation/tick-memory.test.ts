import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tickColumns } from "../market/tick.ts";
import { IdRanges, MAX_RANGES } from "./id-ranges.ts";
import { HASH_MEMORY, HashMemory, SequenceMemory } from "./tick-memory.ts";

function columns(ids: readonly number[], ts = 0): ReturnType<typeof tickColumns> {
  return tickColumns(ids.map((id) => ({ id, ts, price: 1, amount: 1, side: null })));
}

describe("runs of ids", () => {
  test("hold what a set holds, as few runs as there are", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(120), { maxLength: 100 }), (ids) => {
        const ranges = new IdRanges();
        const set = new Set<number>();
        for (const id of ids) {
          expect(ranges.add(id)).toBe(!set.has(id));
          set.add(id);
        }
        for (let id = 0; id <= 121; id++) expect(ranges.has(id)).toBe(set.has(id));
        const starts = [...set].filter((id) => !set.has(id - 1)).length;
        expect(ranges.bounds.length).toBe(2 * starts);
        expect(ranges.greatest).toBe(Math.max(-1, ...set));
        expect(ranges.floor).toBe(-1);
      }),
    );
  });

  test("past the greatest number of them the oldest is given up for a floor", () => {
    const ranges = new IdRanges();
    for (let i = 0; i < MAX_RANGES; i++) ranges.addRun(10 * i, 10 * i + 2);
    expect(ranges.floor).toBe(-1);
    ranges.add(5_000);
    expect([ranges.floor, ranges.has(2), ranges.has(10)]).toEqual([2, false, true]);
  });
});

describe("memory of sequential ids", () => {
  test("lets each id pass once, in blocks of any kind", () => {
    const block = fc.oneof(
      fc
        .tuple(fc.nat(40), fc.integer({ min: 1, max: 8 }))
        .map(([from, n]) => Array.from({ length: n }, (_, i) => from + i)),
      fc.array(fc.nat(48), { maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
        const memory = new SequenceMemory();
        const passed = blocks.flatMap((ids) => [...memory.sift(columns(ids)).fresh.id]);
        expect(passed).toEqual([...new Set(blocks.flat())]);
      }),
    );
  });

  test("tells what is too old to know", () => {
    const memory = new SequenceMemory(new IdRanges(100, [200, 300]));
    const { fresh, forgotten } = memory.sift(columns([99, 100, 101, 200, 301], 7));
    expect([[...fresh.id], forgotten]).toEqual([
      [101, 301],
      [7, 7],
    ]);
  });
});

describe("memory of hash ids", () => {
  test("lasts for two minutes before the time it is told", () => {
    const memory = new HashMemory();
    memory.sift(columns([5], 1_000));
    memory.sift(columns([3], 1_001));
    memory.forget(HASH_MEMORY + 1_001);
    expect([memory.has(5), memory.has(3)]).toEqual([false, true]);
    expect(memory.sift(columns([5], 1_000))).toMatchObject({ fresh: { length: 0 }, forgotten: [1_000] });
    expect(memory.sift(columns([3, 4], 1_001))).toMatchObject({ fresh: { length: 1 }, forgotten: [] });
    memory.forget(0);
    expect(memory.horizon).toBe(1_001);
  });
});
