import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { TickRecord } from "../aggregation/tick-record.ts";
import {
  EARLIEST_TICK,
  type Tick,
  type TickColumns,
  type TickKind,
  type TickOrigin,
  tickColumns,
} from "../market/tick.ts";
import { propertyRuns } from "../testkit/property-runs.ts";
import { encodeJson, NewerVersionError, PoisonError } from "./decoded.ts";
import { decodeTickRecord, encodeTickRecord } from "./tick-records.ts";

const BTC = { exchange: "binance", symbol: "BTC/USDT" };
const INSTRUMENTS = [BTC, { exchange: "okx", symbol: "BTC/USDT:USDT" }, { exchange: "kraken", symbol: "1INCH/USD" }];
const GREATEST_TIME = Date.UTC(2100, 0) - 1;

const time = fc.integer({ min: EARLIEST_TICK, max: GREATEST_TIME });
const positive = fc.double({ min: Number.MIN_VALUE, max: 3e7, noNaN: true });
const reason = fc.string({ unit: "binary" });

function tick(kind: TickKind): fc.Arbitrary<Tick> {
  const row = fc.record({
    id: fc.maxSafeNat(),
    ts: time,
    price: positive,
    amount: positive,
    side: fc.constantFrom("buy", "sell", null),
  });
  if (kind === "trade") return row;
  return fc.tuple(row, fc.nat(), fc.nat(9)).map(([it, firstId, more]) => ({ ...it, firstId, lastId: firstId + more }));
}

const block: fc.Arbitrary<TickColumns> = fc
  .record({ kind: fc.constantFrom<TickKind>("trade", "aggregate"), ids: fc.constantFrom("sequence", "hash") })
  .chain(({ kind, ids }) => fc.array(tick(kind), { maxLength: 6 }).map((rows) => tickColumns(rows, kind, ids)));

const record: fc.Arbitrary<TickRecord> = fc.oneof(
  { weight: 4, arbitrary: block.chain((ticks) => ticksRecord(ticks)) },
  time.map((watermark) => ({ kind: "heartbeat", watermark }) as const),
  fc.record({ kind: fc.constant("gap-opened" as const), from: time, reason }),
  fc.record({ kind: fc.constant("gap-closed" as const), from: time, to: time, lost: fc.boolean(), reason }),
  time.map((at) => ({ kind: "ended", at }) as const),
);

function ticksRecord(ticks: TickColumns): fc.Arbitrary<TickRecord> {
  return fc.record({
    kind: fc.constant("ticks" as const),
    origin: fc.constantFrom<TickOrigin>("live", "repair", "backfill", "import", "replay"),
    watermark: time,
    previousId: fc.option<number>(fc.maxSafeNat()),
    ticks: fc.constant(ticks),
  });
}

test("every record comes back as it was, whatever its kind, ticks and ids", () => {
  const replays = fc.option(fc.record({ session: fc.constantFrom("replay-3fa9c1d2", "a"), generation: fc.nat(99) }));
  const property = fc.property(fc.constantFrom(...INSTRUMENTS), record, replays, (instrument, sent, replay) => {
    const decoded = decodeTickRecord(encodeTickRecord(instrument, sent, replay));
    expect(decoded).toEqual({ instrument, record: sent, badRows: [], replay });
  });
  fc.assert(property, propertyRuns(500));
});

const good = {
  v: 1,
  kind: "ticks",
  ...BTC,
  origin: "live",
  watermark: EARLIEST_TICK,
  previousId: null,
  id: [1, 2],
  ts: [EARLIEST_TICK, EARLIEST_TICK],
  price: [1, 2],
  amount: [3, 4],
  side: "bs",
};
const decode = (changes: object) => decodeTickRecord(encodeJson({ ...good, ...changes }));
const text = (value: string) => new TextEncoder().encode(value);

describe("poison", () => {
  it.each([
    ["a tombstone", null, "a tombstone"],
    ["no JSON", text("{"), "not JSON"],
    ["no UTF-8", Uint8Array.of(0x22, 0xff, 0x22), "not JSON"],
    ["no object", text("[1]"), "not a JSON object"],
    ["null", text("null"), "not a JSON object"],
  ])("%s", (_what, bytes, message) => {
    expect(() => decodeTickRecord(bytes)).toThrow(PoisonError);
    expect(() => decodeTickRecord(bytes)).toThrow(message);
  });

  it.each([
    ["version 0", { v: 0 }, "version 0"],
    ["a version in text", { v: "1" }, 'version "1"'],
    ["half a version", { v: 1.5 }, "version 1.5"],
    ["no version", { v: undefined }, "version undefined"],
    ["an unknown kind", { kind: "tick" }, "kind"],
    ["an unknown origin", { origin: "dream" }, "origin"],
    ["an instrument that nothing can hold", { symbol: "btc-usdt" }, "binance:btc-usdt"],
    ["an exchange of the wrong type", { exchange: 7 }, "exchange"],
    ["a watermark of the wrong type", { watermark: "now" }, "watermark"],
    ["a watermark in microseconds", { watermark: Date.UTC(2024, 0) * 1_000 }, "watermark 1704067200000000 is no time"],
    ["a watermark before all trade", { watermark: 0 }, "watermark 0 is no time"],
    ["a heartbeat without end", { kind: "heartbeat", watermark: Date.UTC(2100, 0) }, "watermark 4102444800000"],
    ["an end without end", { kind: "ended", at: 8.64e15 - 1 }, "at 8639999999999999"],
    ["a gap from nowhere", { kind: "gap-opened", from: -1, reason: "" }, "from -1"],
    [
      "a gap to nowhere",
      { kind: "gap-closed", from: EARLIEST_TICK, to: 9e15, lost: true, reason: "" },
      "to 9000000000000000",
    ],
    ["no previousId", { previousId: undefined }, "previousId"],
    ["a column that is no list", { price: "1,2" }, "price"],
    ["unequal columns", { amount: [3] }, "amount has 1 rows and id 2"],
    ["unequal sides", { side: "b" }, "side has 1 rows"],
    ["an unknown kind of ticks", { tick: "quote" }, "tick"],
    ["an unknown kind of ids", { ids: "uuid" }, "ids"],
    [
      "a loss of the wrong type",
      { kind: "gap-closed", from: EARLIEST_TICK, to: EARLIEST_TICK, reason: "", lost: "no" },
      "lost",
    ],
  ])("%s", (_what, changes, message) => {
    expect(() => decode(changes)).toThrow(PoisonError);
    expect(() => decode(changes)).toThrow(message);
  });

  it("is not a newer version: that is for a reader to come", () => {
    expect(() => decode({ v: 2, kind: "unheard of" })).toThrow(NewerVersionError);
    expect(() => decode({ v: 2 })).not.toThrow(PoisonError);
  });
});

describe("a row that is no tick", () => {
  it.each([
    ["id", -1, "id -1"],
    ["id", 2 ** 53, "id 9007199254740992"],
    ["id", "2", "id NaN"],
    ["ts", EARLIEST_TICK - 1, "ts 1230767999999"],
    ["ts", 1.5 * EARLIEST_TICK + 0.5, "ts"],
    ["ts", Date.UTC(2100, 0), "ts 4102444800000"],
    ["price", 0, "price 0"],
    ["price", -2, "price -2"],
    ["price", null, "price NaN"],
    ["price", 1e16, "price 10000000000000000"],
    ["amount", 0, "amount 0"],
    ["amount", true, "amount NaN"],
  ])("is left out alone: %s %s", (name, value, message) => {
    const first = (good as unknown as Record<string, unknown[]>)[name]![0];
    const { record: decoded, badRows } = decode({ [name]: [first, value] });
    expect(badRows).toEqual([{ row: 1, reason: expect.stringContaining(message) as unknown }]);
    expect(decoded).toMatchObject({ ticks: { length: 1, id: Float64Array.of(1), side: Uint8Array.of(1) } });
  });

  it("has an unknown side, runs backwards, or is worth more than can be summed", () => {
    expect(decode({ side: "b!" }).badRows).toEqual([{ row: 1, reason: "the side is none of s, b and ?" }]);
    expect(decode({ tick: "aggregate", first: [5, 9], last: [6, 8] }).badRows).toEqual([
      { row: 1, reason: "trades 9 to 8 are no run of ids" },
    ]);
    expect(decode({ price: [1, 1e8], amount: [1, 1e8] }).badRows).toHaveLength(1);
  });

  it("may be every row: the record still moves time", () => {
    const { record: decoded, badRows } = decode({ price: [0, 0] });
    expect(badRows).toHaveLength(2);
    expect(decoded).toMatchObject({ watermark: EARLIEST_TICK, ticks: { length: 0 } });
  });
});
