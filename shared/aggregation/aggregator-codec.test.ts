import { describe, expect, test } from "vitest";
import { type IdScheme, type Tick, tickColumns } from "../market/tick.ts";
import { TIMEFRAMES, type Timeframe } from "../market/timeframe.ts";
import { Aggregator } from "./aggregator.ts";
import { decodeAggregator, encodeAggregator } from "./aggregator-codec.ts";

const MINUTE = 60_000;
const FROM_MINUTE = TIMEFRAMES.filter((timeframe) => timeframe !== "1s");
/** A Monday, the first of a month. */
const TURN = Date.UTC(2024, 6, 1);

function tick(id: number, ts: number): Tick {
  return { id, ts, price: 99_999.987654321, amount: 12_345_678.123456789, side: id % 2 === 0 ? "buy" : "sell" };
}

/** Greatest state while trades come every `step` ms around a turn of month, week and day. */
function greatestState(timeframes: readonly Timeframe[], step: number, ids: IdScheme = "sequence"): number {
  const aggregator = new Aggregator("binance:BTC/USDT", timeframes);
  let greatest = 0;
  let id = 9e15;
  let previousId: number | null = null;
  for (let from = TURN - 60 * MINUTE; from < TURN + 20 * MINUTE; from += MINUTE) {
    const ticks: Tick[] = [];
    for (let ts = from; ts < from + MINUTE; ts += step) ticks.push(tick(id++, ts));
    const watermark = ticks.at(-1)!.ts - 2_000;
    aggregator.fold({ kind: "ticks", origin: "live", watermark, previousId, ticks: tickColumns(ticks, "trade", ids) });
    previousId = ticks.at(-1)!.id;
    greatest = Math.max(greatest, encodeAggregator(aggregator.state).length);
  }
  return greatest;
}

describe("the size of the state", () => {
  test("is at most 8 kB from 1m up, where windows of all timeframes have just ended", () => {
    expect(greatestState(FROM_MINUTE, 250)).toBeLessThanOrEqual(8_000);
  });

  test("is at most 160 kB from 1s up", () => {
    expect(greatestState(TIMEFRAMES, 100)).toBeLessThanOrEqual(160_000);
  });

  test("grows by 8 bytes a trade of the last 120 s where ids are no sequence", () => {
    const trades = (step: number): number => 180_000 / step;
    const [many, few] = [greatestState(FROM_MINUTE, 10, "hash"), greatestState(FROM_MINUTE, 20, "hash")];
    expect((many - few) / (trades(10) - trades(20))).toBeLessThanOrEqual(8.1);
  });
});

describe("the bytes of a state", () => {
  test("of a new aggregator come back", () => {
    const bytes = encodeAggregator(new Aggregator("binance:BTC/USDT", ["1m"]).state);
    expect(encodeAggregator(new Aggregator("x", ["1m"], decodeAggregator(bytes, ["1m"])).state)).toEqual(bytes);
  });

  test.each<IdScheme>(["sequence", "hash"])(
    "with %s ids come back, with open windows, losses and awaited blocks",
    (ids) => {
      const aggregator = new Aggregator("binance:BTC/USDT", TIMEFRAMES);
      const ticks = [tick(3, TURN), { ...tick(2 ** 53 - 1, TURN + 5), side: null }, tick(0, TURN + 9_000)];
      const record = { kind: "ticks", origin: "live", ticks: tickColumns(ticks, "trade", ids) } as const;
      aggregator.fold({ ...record, watermark: TURN + 3_000, previousId: null });
      aggregator.fold({ kind: "gap-closed", from: TURN + 4_000, to: TURN + 6_000, lost: true, reason: "" });
      aggregator.fold({
        ...record,
        watermark: TURN + 8_000,
        previousId: 17,
        ticks: tickColumns([tick(18, TURN + 9_500)], "trade", ids),
      });
      const { state } = aggregator;
      expect([state.open.size, state.lost.length, state.awaited.length]).toEqual([1, 1, 1]);
      const bytes = encodeAggregator(state);
      const decoded = decodeAggregator(bytes, TIMEFRAMES);
      expect(encodeAggregator(decoded)).toEqual(bytes);
      expect(decoded).toEqual({ ...state, memory: expect.anything() });
      expect(decoded.memory?.has(2 ** 53 - 1)).toBe(true);
      aggregator.fold({ kind: "ended", at: TURN + 10_000 });
      const ended = encodeAggregator(aggregator.state);
      expect(encodeAggregator(decodeAggregator(ended, TIMEFRAMES))).toEqual(ended);
    },
  );

  test("that are cut short are refused", () => {
    const aggregator = new Aggregator("binance:BTC/USDT", ["1m"]);
    const ticks = tickColumns([tick(3, TURN)]);
    aggregator.fold({ kind: "ticks", origin: "live", watermark: TURN + MINUTE, previousId: null, ticks });
    const bytes = encodeAggregator(aggregator.state);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeAggregator(bytes.subarray(0, length), ["1m"])).toThrow(RangeError);
    }
  });
});
