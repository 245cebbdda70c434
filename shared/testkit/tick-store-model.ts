import fc from "fast-check";
import { expect } from "vitest";
import { type Tick, type TickColumns, type TickKind, tickAt, tickColumns } from "#shared/market/tick.ts";
import type { TickStore } from "#shared/ports/tick-store.ts";
import { collect, type Open, withStore } from "./opened.ts";
import { propertyRuns } from "./property-runs.ts";
import { freshInstrument } from "./sample-instruments.ts";
import { rowsOf, START } from "./tick-samples.ts";

const byTime = (a: Tick, b: Tick): number => a.ts - b.ts || a.id - b.id;

/** Any blocks and spans, against a map by id. */
export async function modelTest(open: Open<TickStore>): Promise<void> {
  const tick = fc.record({
    id: fc.integer({ min: 0, max: 30 }),
    ts: fc.integer({ min: START, max: START + 20 }),
    price: fc.constantFrom(1, 1.5),
    amount: fc.constantFrom(1, 2),
    side: fc.constantFrom("buy", "sell", null),
    firstId: fc.integer({ min: 0, max: 1 }),
    lastId: fc.integer({ min: 2, max: 3 }),
  });
  const kinds = fc.constantFrom<TickKind>("trade", "aggregate");
  const blocks = fc.array(fc.array(tick, { maxLength: 12 }), { maxLength: 6 });
  const bound = fc.integer({ min: START - 2, max: START + 23 });
  await withStore(open, async (store) => {
    await fc.assert(
      fc.asyncProperty(kinds, blocks, bound, bound, async (kind, made, from, to) => {
        const instrument = freshInstrument();
        const model = new Map<number, Tick>();
        for (const rows of made) {
          const columns = tickColumns(rows, kind);
          expect(await store.append(instrument, columns, "live")).toEqual(appendToModel(model, columns));
        }
        const held = [...model.values()].sort(byTime);
        const inside = held.filter(({ ts }) => ts >= from && ts < to);
        expect(rowsOf(await collect(store.read(instrument, from, to)))).toEqual(inside);
        expect(await store.before(instrument, from)).toEqual(held.filter(({ ts }) => ts < from).at(-1) ?? null);
        expect(await store.atOrAfter(instrument, from)).toEqual(held.find(({ ts }) => ts >= from) ?? null);
        const extent = await store.extent(instrument);
        expect(extent?.count ?? 0).toBe(held.length);
        if (extent !== null) expect([extent.from, extent.to]).toEqual([held[0]!.ts, held.at(-1)!.ts]);
      }),
      propertyRuns(40),
    );
  });
}

function appendToModel(model: Map<number, Tick>, columns: TickColumns) {
  let stored = 0;
  let repeated = 0;
  const conflicts: number[] = [];
  for (let i = 0; i < columns.length; i++) {
    const row = tickAt(columns, i);
    const held = model.get(row.id);
    if (held === undefined) {
      model.set(row.id, row);
      stored++;
    } else if (JSON.stringify(held) === JSON.stringify(row)) repeated++;
    else conflicts.push(i);
  }
  return { stored, repeated, conflicts };
}
