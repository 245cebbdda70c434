import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Candle } from "../market/candle.ts";
import { instrumentKey } from "../market/instrument.ts";
import { TIMEFRAMES, windowClose, windowOpen } from "../market/timeframe.ts";
import { propertyRuns } from "../testkit/property-runs.ts";
import { type CandlesRecord, decodeCandlesRecord, encodeCandlesRecord } from "./candle-records.ts";
import { NewerVersionError, PoisonError } from "./decoded.ts";

const BTC = { exchange: "binance", symbol: "BTC/USDT" };
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const sum = fc.bigInt({ min: 0n, max: 10n ** 38n - 1n });
const price = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of);

const head = fc
  .tuple(fc.constantFrom(...TIMEFRAMES), time)
  .map(([timeframe, ts]) => ({ timeframe, openTime: windowOpen(timeframe, ts) }))
  .map((window) => ({ ...window, closeTime: windowClose(window.timeframe, window.openTime) }));
const prices = fc.record({ open: price, high: price, low: price, close: price });
const none = fc.constant({ open: null, high: null, low: null, close: null });
const content = fc.oneof(
  fc.tuple(prices, fc.constantFrom("proven", "reconciled", "unknown")),
  fc.tuple(none, fc.constant("gap" as const)),
);
const candle: fc.Arbitrary<Candle> = fc
  .tuple(
    head,
    content,
    fc.record({
      volume: sum,
      quoteVolume: optional(sum),
      buyVolume: optional(sum),
      trades: optional(fc.nat()),
      firstId: optional(fc.maxSafeNat()),
      lastId: optional(fc.maxSafeNat()),
      origin: fc.constantFrom("live", "rebuilt", "exchange", "file"),
      revision: fc.nat(),
      reason: fc.constantFrom("close", "late", "completeness", "rebuild", "import"),
    }),
  )
  .map(([window, [ohlc, completeness], rest]) => ({
    instrument: instrumentKey(BTC),
    ...window,
    ...ohlc,
    ...rest,
    completeness,
  }));
const span = fc.record({ from: time, to: time });
const live: fc.Arbitrary<CandlesRecord> = fc.record({
  instrument: fc.constant(BTC),
  candles: fc.array(candle, { maxLength: 4 }),
  dirty: fc.array(span, { maxLength: 3 }),
  coverage: fc.array(
    fc.record({ from: time, to: time, kind: fc.constantFrom("lost", "source", "silent"), reason: fc.string() }),
    { maxLength: 3 },
  ),
  ended: optional(time),
});
const replayed = fc.record(
  { told: time, replay: fc.record({ session: fc.constantFrom("replay-3fa9c1d2", "a"), generation: fc.nat(99) }) },
  { requiredKeys: [] },
);
const record: fc.Arbitrary<CandlesRecord> = fc.tuple(live, replayed).map(([head, tail]) => ({ ...head, ...tail }));

test("every record comes back as it was, sums to the last digit", () => {
  const property = fc.property(record, (sent) => {
    expect(decodeCandlesRecord(encodeCandlesRecord(sent))).toEqual(sent);
  });
  fc.assert(property, propertyRuns(300));
});

describe("poison", () => {
  const sent: CandlesRecord = {
    instrument: BTC,
    candles: [fc.sample(candle, { numRuns: 1, seed: 1 })[0]!],
    dirty: [{ from: 0, to: 1 }],
    coverage: [{ from: 0, to: 1, kind: "lost", reason: "" }],
    ended: null,
  };
  const json = JSON.parse(new TextDecoder().decode(encodeCandlesRecord(sent))) as Record<string, unknown>;
  const [only] = json["candles"] as readonly object[];
  const decode = (changes: object) =>
    decodeCandlesRecord(new TextEncoder().encode(JSON.stringify({ ...json, ...changes })));
  const ofCandle = (changes: object) => ({ candles: [{ ...only, ...changes }] });

  it.each([
    ["version 0", { v: 0 }],
    ["another kind", { kind: "ticks" }],
    ["an instrument that nothing can hold", { exchange: "" }],
    ["candles that are no list", { candles: {} }],
    ["a candle that is none", { candles: [null] }],
    ["a dirty span that is none", { dirty: [null] }],
    ["a dirty span without an end", { dirty: [[5]] }],
    ["a coverage of an unknown kind", { coverage: [{ from: 0, to: 1, kind: "sunny", reason: "" }] }],
    ["an end of the wrong type", { ended: "yesterday" }],
    ["no end", { ended: undefined }],
    ["a time told that is none", { told: "now" }],
    ["a generation of no session", { generation: 1 }],
    ["a session that no run could be named after", { session: "a/b", generation: 1 }],
    ["a generation below 0", { session: "a", generation: -1 }],
    ["an unknown timeframe", ofCandle({ timeframe: "7m" })],
    ["a candle that opens between windows", ofCandle({ timeframe: "1h", openTime: 60_000 })],
    ["a candle without prices that is no gap", ofCandle({ open: null, completeness: "proven" })],
    ["a price in text", ofCandle({ open: "1" })],
    ["a volume that is no decimal", ofCandle({ volume: "1e3" })],
    ["a volume below 0", ofCandle({ volume: "-1" })],
    ["a volume past 38 digits", ofCandle({ volume: "1".repeat(39) })],
    ["half a revision", ofCandle({ revision: 0.5 })],
  ])("%s", (_what, changes) => {
    expect(() => decode(changes)).toThrow(PoisonError);
  });

  it("is not a newer version", () => {
    expect(() => decode({ v: 2, candles: "unheard of" })).toThrow(NewerVersionError);
  });
});
