import { describe, expect, test } from "vitest";
import { BUY, pickTicks, SELL, sliceTicks, type Tick, tickAt, tickColumns, UNKNOWN_SIDE } from "./tick.ts";

const trades: Tick[] = [
  { id: 7, ts: 1_000, price: 1e-8, amount: 1e15, side: "buy" },
  { id: 8, ts: 1_000, price: 2.5, amount: 0.1, side: "sell" },
  { id: 2 ** 53 - 1, ts: 2_000, price: 3, amount: 1, side: null },
];
const aggregates: Tick[] = trades.map((tick, i) => ({ ...tick, firstId: 10 * i, lastId: 10 * i + i }));
const all = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe.each([
  ["trade", trades],
  ["aggregate", aggregates],
] as const)("%s columns", (kind, ticks) => {
  const columns = tickColumns(ticks, kind, "hash");

  test("hold what they were made of", () => {
    expect(columns).toMatchObject({ kind, ids: "hash", length: 3 });
    expect([...columns.side]).toEqual([BUY, SELL, UNKNOWN_SIDE]);
    expect(all(3).map((i) => tickAt(columns, i))).toEqual(ticks);
  });

  test("are sliced and picked from", () => {
    const slice = sliceTicks(columns, 1, 3);
    expect(all(slice.length).map((i) => tickAt(slice, i))).toEqual(ticks.slice(1));
    expect(slice.ts.buffer).toBe(columns.ts.buffer);
    const picked = pickTicks(columns, [2, 0]);
    expect(all(picked.length).map((i) => tickAt(picked, i))).toEqual([ticks[2], ticks[0]]);
    expect(picked.ids).toBe("hash");
    expect(pickTicks(columns, []).length).toBe(0);
  });
});

test("of a single trade the first and last trade are itself", () => {
  const columns = tickColumns(trades);
  for (const made of [columns, sliceTicks(columns, 0, 2), pickTicks(columns, [1])]) {
    expect(made.firstId).toBe(made.id);
    expect(made.lastId).toBe(made.id);
  }
  const aggregate = tickColumns([trades[0]!], "aggregate");
  expect(tickAt(aggregate, 0)).toMatchObject({ id: 7, firstId: 7, lastId: 7 });
});
