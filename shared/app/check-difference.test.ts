import { expect, test } from "vitest";
import type { OrderRow } from "../engine/run-events.ts";
import { firstDifference } from "./check-difference.ts";
import type { RunWitness } from "./check-witness.ts";

const order: OrderRow = {
  seq: 0,
  time: 2,
  order: 1,
  feed: "data",
  status: "Submitted",
  execType: "Market",
  size: 3,
  remaining: 3,
  price: null,
  tag: null,
  note: null,
};

function witness(changes: Partial<RunWitness> = {}): RunWitness {
  const column = (): Float64Array => Float64Array.of(1, 2, 3);
  return {
    cycles: { length: 3, time: column(), cash: column(), value: column(), position: [column()] },
    orders: [order],
    fills: [],
    trades: [],
    logs: [],
    indicators: { time: column(), values: new Map([["average", Float64Array.of(Number.NaN, 0, 7)]]) },
    failure: null,
    ...changes,
  };
}

const indicators = (...values: number[]): RunWitness["indicators"] => ({
  time: Float64Array.of(1, 2, 3),
  values: new Map([["average", Float64Array.from(values)]]),
});

test("equal runs do not differ, NaN included, and what comes after the limit does not count", () => {
  expect(firstDifference(witness(), witness(), 3)).toBeNull();
  expect(firstDifference(witness(), witness({ indicators: indicators(Number.NaN, 0, 8) }), 2)).toBeNull();
  expect(firstDifference(witness(), witness({ orders: [order, { ...order, time: 3 }] }), 2)).toBeNull();
});

test("the earliest difference is told, to the last bit, and its cause before its effects", () => {
  expect(firstDifference(witness(), witness({ indicators: indicators(Number.NaN, -0, 8), orders: [] }), 3)).toEqual({
    time: 2,
    what: "indicator average is 0, and then 0",
  });
  expect(firstDifference(witness(), witness({ orders: [{ ...order, size: 4 }] }), 3)).toEqual({
    time: 2,
    what: "order 1 on feed data (Market 3) is Submitted, and then order 1 on feed data (Market 4) is Submitted",
  });
  expect(firstDifference(witness(), witness({ orders: [{ ...order, time: 1 }] }), 3)).toEqual({
    time: 1,
    what: "nothing of the kind, and then order 1 on feed data (Market 3) is Submitted",
  });
});

test("a lone change of the account, a log or a failure is told", () => {
  const { cycles } = witness();
  const cash = { ...cycles, cash: Float64Array.of(1, 2, 4) };
  expect(firstDifference(witness(), witness({ cycles: cash }), 3)?.what).toBe("cash is 3, and then 4");
  const position = { ...cycles, position: [Float64Array.of(0, 2, 3)] };
  expect(firstDifference(witness(), witness({ cycles: position }), 3)?.what).toBe(
    "position in feed 1 is 1, and then 0",
  );
  expect(firstDifference(witness(), witness({ logs: [{ seq: 1, time: 3, text: "x" }] }), 3)?.what).toBe(
    "nothing of the kind, and then it logs 'x'",
  );
  const cut = (length: number) => ({ ...cycles, length, time: cycles.time.subarray(0, length) });
  const failed = witness({ failure: { message: "no", time: 3 }, cycles: cut(2) });
  expect(firstDifference(witness(), failed, 3)).toEqual({ time: 3, what: "then it fails: no" });
  expect(firstDifference(witness(), failed, 2)).toBeNull();
});
