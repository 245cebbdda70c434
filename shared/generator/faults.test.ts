import fc from "fast-check";
import { expect, test } from "vitest";
import { collectTicks } from "../market/collect-ticks.ts";
import { type TickColumns, tickAt, tickColumns } from "../market/tick.ts";
import { type FaultKind, injectFaults, planFaults } from "./faults.ts";
import { generateMarket } from "./generate-market.ts";
import { majorPairs } from "./major-pairs.ts";

const FROM = Date.UTC(2024, 5, 3);
const MINUTE = 60_000;
const KINDS: readonly FaultKind[] = ["duplicate", "shuffle", "late", "hole"];

function sound(hours: number): TickColumns {
  const spec = { from: FROM, to: FROM + hours * 60 * MINUTE, instruments: majorPairs(50_000) };
  return collectTicks(generateMarket(1, spec)[0]!.blocks(1_000));
}

/** Ten trades a second apart with ids 100 to 109. */
const TEN = tickColumns(
  Array.from({ length: 10 }, (_, i) => ({
    id: 100 + i,
    ts: FROM + i * 1_000,
    price: 10,
    amount: 1,
    side: "buy" as const,
  })),
);
const ids = (ticks: TickColumns) => [...ticks.id].map((id) => id - 100);
const inject = (kind: FaultKind, lateBy = 3_000) => injectFaults(1, TEN, [{ kind, firstId: 102, lastId: 104 }], lateBy);

test("a duplicated stretch comes twice", () => {
  expect(ids(inject("duplicate").ticks)).toEqual([0, 1, 2, 3, 4, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a hole is missing and nothing else", () => {
  const { ticks, manifest } = inject("hole");
  expect(ids(ticks)).toEqual([0, 1, 5, 6, 7, 8, 9]);
  expect(manifest).toEqual([
    {
      kind: "hole",
      firstId: 102,
      lastId: 104,
      count: 3,
      firstTime: FROM + 2_000,
      lastTime: FROM + 4_000,
      arrivesAfterId: null,
    },
  ]);
});

test("a shuffled stretch keeps its place and leaves no trade in its own", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { ticks } = injectFaults(seed, TEN, [{ kind: "shuffle", firstId: 102, lastId: 104 }], 0);
    const order = ids(ticks);
    expect(order.slice(2, 5).toSorted()).toEqual([2, 3, 4]);
    expect(order.filter((id, row) => id === row)).toEqual([0, 1, 5, 6, 7, 8, 9]);
  }
});

test("a late stretch arrives with the first trade that is late enough, at the latest at the end", () => {
  expect(ids(inject("late").ticks)).toEqual([0, 1, 5, 6, 2, 3, 4, 7, 8, 9]);
  expect(inject("late").manifest[0]).toMatchObject({ arrivesAfterId: 106 });
  expect(ids(inject("late", 0).ticks)).toEqual([0, 1, 5, 2, 3, 4, 6, 7, 8, 9]);
  expect(ids(inject("late", MINUTE).ticks)).toEqual([0, 1, 5, 6, 7, 8, 9, 2, 3, 4]);
});

test("planned faults change what the manifest says and nothing else", () => {
  const ticks = sound(6);
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 2, max: 300 }),
      fc.shuffledSubarray([...KINDS, ...KINDS]),
      (seed, length, kinds) => {
        fc.pre(kinds.length > 0);
        const faults = planFaults(seed, ticks, { kinds, length });
        const { ticks: faulty, manifest } = injectFaults(seed, ticks, faults, 5 * MINUTE);
        const times = new Map<number, number>();
        for (let row = 0; row < faulty.length; row++) times.set(faulty.id[row]!, (times.get(faulty.id[row]!) ?? 0) + 1);
        for (let row = 0; row < ticks.length; row++) {
          const id = ticks.id[row]!;
          const fault = manifest.find(({ firstId, lastId }) => firstId <= id && id <= lastId);
          const expected = fault?.kind === "hole" ? 0 : fault?.kind === "duplicate" ? 2 : 1;
          if ((times.get(id) ?? 0) !== expected) throw new Error(`trade ${id} arrives ${times.get(id)} times`);
        }
        for (let row = 0; row < faulty.length; row += 97) {
          expect(tickAt(faulty, row)).toEqual(tickAt(ticks, faulty.id[row]! - ticks.id[0]!));
        }
        for (const { kind, count } of manifest) expect([count, KINDS.includes(kind)]).toEqual([length, true]);
      },
    ),
    { numRuns: 20 },
  );
});

test("the same seed breaks the same trades", () => {
  const ticks = sound(2);
  const once = injectFaults(4, ticks, planFaults(4, ticks, { kinds: KINDS, length: 40 }), MINUTE);
  const again = injectFaults(4, ticks, planFaults(4, ticks, { kinds: KINDS, length: 40 }), MINUTE);
  expect(again).toEqual(once);
  expect(once.manifest.map(({ kind }) => kind)).toEqual(KINDS);
});

test("stretches that cannot be broken are refused", () => {
  const late = { kind: "late", firstId: 107, lastId: 109 } as const;
  expect(() => injectFaults(1, TEN, [late], MINUTE)).toThrow("no trade comes later");
  const holes = [100, 102].map((firstId) => ({ kind: "hole" as const, firstId, lastId: firstId + 3 }));
  expect(() => injectFaults(1, TEN, holes, MINUTE)).toThrow("overlaps the fault before it");
  expect(() => injectFaults(1, TEN, [{ ...late, lastId: 110 }], MINUTE)).toThrow("use ids from 100 to 109");
  expect(() => planFaults(1, TEN, { kinds: KINDS, length: 4 })).toThrow("stretches of 4 trades do not fit");
});
