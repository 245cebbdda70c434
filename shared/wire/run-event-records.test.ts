import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { RunEvents } from "../engine/run-events.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import { propertyRuns } from "../testkit/property-runs.ts";
import { NewerVersionError, PoisonError } from "./decoded.ts";
import {
  decodeRunTopic,
  encodeRunEvents,
  encodeRunEventsInParts,
  encodeRunHash,
  encodeRunRecord,
  type RunEventsRecord,
} from "./run-event-records.ts";

/** Any double, NaN, the infinities and −0 included. */
const double = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY));
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const word = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("NaN", "-0"));
const seq = fc.nat();

const events: fc.Arbitrary<RunEvents> = fc.record({
  firstCycle: fc.nat(),
  cycles: fc.tuple(fc.nat(5), fc.nat(3)).chain(([length, feeds]) => {
    const column = fc.array(double, { minLength: length, maxLength: length }).map((each) => Float64Array.from(each));
    const times = fc.array(time, { minLength: length, maxLength: length }).map((each) => Float64Array.from(each));
    return fc.record({
      length: fc.constant(length),
      time: times,
      cash: column,
      value: column,
      position: fc.array(column, { minLength: feeds, maxLength: feeds }),
    });
  }),
  orders: fc.array(
    fc.record({
      seq,
      time,
      order: fc.nat(),
      feed: word,
      status: fc.constantFrom("Submitted", "Margin"),
      execType: fc.constantFrom("Market", "StopTrailLimit"),
      size: double,
      remaining: double,
      price: fc.option(double),
      tag: fc.option(word),
      note: fc.option(word),
    }),
    { maxLength: 3 },
  ),
  fills: fc.array(
    fc.record({ seq, time, order: fc.nat(), feed: word, size: double, price: double, fee: double, pnl: double }),
    { maxLength: 3 },
  ),
  trades: fc.array(
    fc.record({
      seq,
      trade: fc.nat(),
      feed: word,
      openTime: time,
      closeTime: time,
      size: double,
      entryPrice: double,
      exitPrice: double,
      pnl: double,
      fees: double,
      bars: fc.nat(),
      tag: fc.option(word),
      exitTag: fc.option(word),
      exitType: fc.constantFrom("Market", "StopTrail"),
    }),
    { maxLength: 3 },
  ),
  logs: fc.array(fc.record({ seq, time, text: word }), { maxLength: 3 }),
});
const record: fc.Arbitrary<RunEventsRecord> = fc.record({ run: word, feeds: fc.array(word, { maxLength: 3 }), events });

test("every record comes back bit for bit, NaN, infinities and −0 included", () => {
  const property = fc.property(record, (sent) => {
    expect(decodeRunTopic(encodeRunEvents(sent))).toEqual({ kind: "run-events", ...sent });
  });
  fc.assert(property, propertyRuns(300));
});

const RUN: RunRecord = {
  run: "paper-1",
  version: 3,
  kind: "paper",
  strategy: "sma-cross",
  feeds: ["data=binance:BTC/USDT@1m"],
  params: { fast: 2, mode: "wide", short: false },
  definition: "{}",
  identity: "ab",
  created: 1_700_000_000_000,
  status: "stopped",
  error: null,
  resultHash: "12",
  until: 4,
  figures: null,
};

test("a run comes back as it was", () => {
  expect(decodeRunTopic(encodeRunRecord(RUN))).toEqual({ kind: "run", run: RUN });
});

test("what a run states comes back as it was", () => {
  const stated = { run: "paper-1", time: 1_700_006_400_000, resultHash: "0123456789abcdef".repeat(2) };
  expect(decodeRunTopic(encodeRunHash(stated))).toEqual({ kind: "run-hash", ...stated });
});

test("of one cycle with more rows than a record takes, the last record alone holds the cycle", () => {
  const column = Float64Array.of(1);
  const cycles = { length: 1, time: Float64Array.of(9), cash: column, value: column, position: [column] };
  const logs = Array.from({ length: 3_000 }, (_, seq) => ({ seq, time: 9, text: "x".repeat(500) }));
  const events = { firstCycle: 7, cycles, orders: [], fills: [], trades: [], logs };
  const parts = encodeRunEventsInParts({ run: "r", feeds: ["data"], events }).map((part) => decodeRunTopic(part));
  expect(parts.length).toBeGreaterThan(3);
  const held = parts.map((part) => (part.kind === "run-events" ? part.events : events));
  expect(held.map((each) => each.cycles.length)).toEqual([...parts.slice(1).map(() => 0), 1]);
  expect(held.map(({ firstCycle }) => firstCycle)).toEqual(parts.map(() => 7));
  expect(held.flatMap((each) => each.logs)).toEqual(logs);
});

test("years of cycles are cut into records that every topic takes, and come back whole", () => {
  const length = 40_000;
  const column = Float64Array.from({ length }, (_, i) => i + 0.123456789);
  const cycles = { length, time: Float64Array.from({ length }, (_, i) => i * 60_000), cash: column, value: column };
  const logs = Array.from({ length: 5_000 }, (_, i) => ({ seq: i, time: i * 480_000, text: "x".repeat(300) }));
  const whole = { orders: [], fills: [], trades: [], logs };
  const sent = {
    run: "r",
    feeds: ["data"],
    events: { firstCycle: 7, cycles: { ...cycles, position: [column] }, ...whole },
  };
  const parts = encodeRunEventsInParts(sent);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(500_000);
  let next = 7;
  const times: number[] = [];
  const seen: number[] = [];
  for (const part of parts) {
    const decoded = decodeRunTopic(part);
    if (decoded.kind !== "run-events") throw new Error("no events");
    expect(decoded.events.firstCycle).toBe(next);
    next += decoded.events.cycles.length;
    times.push(...decoded.events.cycles.time);
    seen.push(...decoded.events.logs.map(({ seq }) => seq));
  }
  expect(times).toEqual([...cycles.time]);
  expect(seen).toEqual(logs.map(({ seq }) => seq));
});

describe("poison", () => {
  const cycles = { time: [1], cash: [2], value: [3], position: [[4]] };
  const json = { v: 1, kind: "run-events", run: "r", feeds: ["data"], firstCycle: 0, cycles };
  const lists = { orders: [], fills: [], trades: [], logs: [] };
  const decode = (changes: object) =>
    decodeRunTopic(new TextEncoder().encode(JSON.stringify({ ...json, ...lists, ...changes })));

  it.each([
    ["version 0", { v: 0 }],
    ["another kind", { kind: "candles" }],
    ["a feed without a name", { feeds: [1] }],
    ["no cycles", { cycles: null }],
    ["unequal columns", { cycles: { ...cycles, cash: [] } }],
    ["a position shorter than the others", { cycles: { ...cycles, position: [[4], []] } }],
    ["a text that is no number", { cycles: { ...cycles, cash: ["much"] } }],
    ["a row without a number", { logs: [{ time: 1, text: "" }] }],
    ["a row without a time", { logs: [{ seq: 1, text: "" }] }],
    ["a fill without a price", { fills: [{ seq: 1, time: 1, size: 1, fee: 0, pnl: 0 }] }],
    ["rows that are no list", { orders: {} }],
    ["a statement without a time", { kind: "run-hash", resultHash: "ab" }],
    ["a statement without a hash", { kind: "run-hash", time: 1 }],
    ["a run that is none", { kind: "run", record: null }],
    ["a run of another status", { kind: "run", record: { ...RUN, status: "asleep" } }],
    ["a run without a definition", { kind: "run", record: { ...RUN, definition: undefined } }],
  ])("%s", (_what, changes) => {
    expect(() => decode(changes)).toThrow(PoisonError);
  });

  it("is not a newer version, nor a record that is well", () => {
    expect(() => decode({ v: 2 })).toThrow(NewerVersionError);
    expect(decode({})).toMatchObject({ events: { cycles: { cash: Float64Array.of(2) } } });
  });
});
