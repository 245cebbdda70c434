import { describe, expect, test } from "vitest";
import type { FillRow, OrderRow } from "../engine/run-events.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import { FILL_FIELDS, ORDER_FIELDS } from "./result-fields.ts";
import { RUN_FIELDS } from "./run-fields.ts";
import { columnsOf, recordOf, type StoredField, storedFields, storedValue } from "./stored-fields.ts";

const ORDER: OrderRow = {
  seq: 3,
  time: 1_704_067_259_999,
  order: 2,
  feed: "data",
  status: "Accepted",
  execType: "StopLimit",
  size: -0.5,
  remaining: -0,
  price: 101.5,
  tag: null,
  note: "cut to 0.5",
};

const LINKED: OrderRow = { ...ORDER, price: null, limitPrice: 0.25, tradeId: 0, parent: 1, group: 2 };

const FILL: FillRow = { seq: 4, time: 1, order: 2, feed: "data", size: 1, price: 2, fee: 0.1, pnl: -3 };

const RUN: RunRecord = {
  run: "a",
  kind: "paper",
  strategy: "sma-cross",
  feeds: ["data=binance:BTC/USDT@1h"],
  params: { fast: 10, label: "a 'quoted' \"name\"\n", short: false },
  definition: '{"a":1}',
  identity: "ab",
  created: 1_704_067_200_000,
  status: "running",
  error: null,
  resultHash: null,
  figures: null,
  version: 7,
  until: 0,
};

function stored<Row>(fields: readonly StoredField<Row>[], record: Row): (number | string | boolean | null)[] {
  return fields.map((field) => storedValue(field, record));
}

describe("a record comes back from what its columns hold", () => {
  const cases: readonly [string, readonly StoredField<never>[], object][] = [
    ["an order", ORDER_FIELDS, ORDER],
    ["one with links, whose numbers may be 0", ORDER_FIELDS, LINKED],
    ["a fill of a taker", FILL_FIELDS, FILL],
    ["a fill of a maker", FILL_FIELDS, { ...FILL, maker: true }],
    ["a run", RUN_FIELDS, RUN],
    ["a run that is over", RUN_FIELDS, { ...RUN, until: null, error: "no bars", figures: { bars: 3 } }],
  ];
  test.each(cases)("%s", (_, fields, record) => {
    expect(recordOf(fields, stored(fields, record as never))).toStrictEqual(record);
  });

  test("from a database that has integers as bigints", () => {
    const values = stored(ORDER_FIELDS, LINKED).map((value, i) => {
      const { kind } = ORDER_FIELDS[i]!;
      return kind === "integer" || kind === "time" ? BigInt(value as number) : value;
    });
    expect(recordOf(ORDER_FIELDS, values)).toStrictEqual(LINKED);
  });
});

test("what is absent is stored as null, but a flag as false, and what is no plain value as JSON", () => {
  const fields = storedFields<{ readonly a?: number; readonly b?: true; readonly c: readonly string[] }>({
    a: ["first", "double", "absent"],
    b: ["second", "flag", "absent"],
    c: ["third", "json", "never"],
  });
  expect(columnsOf(fields)).toEqual(["first", "second", "third"]);
  expect(stored(fields, { c: ["x"] })).toEqual([null, false, '["x"]']);
});
