import { describe, expect, test } from "vitest";
import { type Tick, tickColumns } from "./tick.ts";
import { idRange, TickRepeats } from "./tick-repeats.ts";

function tick(id: number, changes: Partial<Tick> = {}): Tick {
  return { id, ts: 1_704_067_200_000 + id, price: 100, amount: 1, side: "buy", ...changes };
}

describe("rows of a block", () => {
  test("are all fresh where no id is held or comes twice, in any order", () => {
    for (const ids of [
      [1, 2, 3],
      [3, 1, 2],
    ]) {
      const repeats = new TickRepeats(tickColumns(ids.map((id) => tick(id))));
      expect(repeats.sortedOut()).toEqual({ fresh: null, repeated: 0, conflicts: [] });
    }
  });

  test("are repeated where they equal the held tick of their id, else in conflict", () => {
    const repeats = new TickRepeats(tickColumns([tick(1), tick(2), tick(3)]));
    const held = { ...tickColumns([tick(2), tick(3, { side: "sell" })]), firstId: null, lastId: null };
    repeats.compare(1, held, 0);
    repeats.compare(2, held, 1);
    expect(repeats.sortedOut()).toEqual({ fresh: [0], repeated: 1, conflicts: [2] });
  });

  test("are compared with the first of their id where none is held", () => {
    const repeats = new TickRepeats(tickColumns([tick(2), tick(1), tick(2), tick(2, { price: 101 })]));
    expect(repeats.sortedOut()).toEqual({ fresh: [0, 1], repeated: 1, conflicts: [3] });
  });

  test("are compared with what is held alone where their id is, as often as it comes", () => {
    const repeats = new TickRepeats(tickColumns([tick(2, { amount: 2 }), tick(2), tick(1)]));
    const held = tickColumns([tick(2)]);
    for (const row of [0, 1]) repeats.compare(row, held, 0);
    expect(repeats.sortedOut()).toEqual({ fresh: [2], repeated: 1, conflicts: [0] });
  });

  test("of aggregates differ by the trades that they hold too", () => {
    const [one, other] = [tick(1, { firstId: 5, lastId: 6 }), tick(1, { firstId: 5, lastId: 7 })];
    const repeats = new TickRepeats(tickColumns([one, one, other], "aggregate"));
    expect(repeats.sortedOut()).toEqual({ fresh: [0], repeated: 1, conflicts: [2] });
  });
});

test("ids are rising where each is greater than all before", () => {
  expect(idRange(Float64Array.of(1, 5, 9))).toEqual({ least: 1, greatest: 9, rising: true });
  expect(idRange(Float64Array.of(5, 1, 9))).toEqual({ least: 1, greatest: 9, rising: false });
  expect(idRange(Float64Array.of(5, 5))).toEqual({ least: 5, greatest: 5, rising: false });
});
