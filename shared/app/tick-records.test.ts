import fc from "fast-check";
import { expect, test } from "vitest";
import type { TickRecord } from "../aggregation/tick-record.ts";
import { tickAt, tickColumns } from "../market/tick.ts";
import { propertyRuns } from "../testkit/property-runs.ts";
import { OUT_OF_ORDER, tickRecords } from "./tick-records.ts";

const HOUR = 3_600_000;
const NOON = Date.UTC(2024, 5, 1, 12);

const stream = fc
  .array(
    fc.record({ wait: fc.oneof(fc.nat(5_000), fc.nat(3 * HOUR), fc.constantFrom(0, HOUR)), early: fc.nat(1_999) }),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((rows) => {
    let ts = NOON;
    return rows.map(({ wait, early }, id) => {
      ts += wait;
      return { id, ts: ts - early, price: 1, amount: 1, side: null };
    });
  });

test("records hold every tick once, in the order of arrival, and say how far time is proven", () => {
  const property = fc.property(stream, fc.constantFrom(1, 1_000, 60_000, HOUR, 5 * HOUR), (ticks, span) => {
    const records: TickRecord[] = [...tickRecords(tickColumns(ticks), { origin: "live", span })];
    const sent: unknown[] = [];
    let previousId: number | null = null;
    let latest = Number.NEGATIVE_INFINITY;
    let watermark = Number.NEGATIVE_INFINITY;
    for (const record of records) {
      if (record.kind !== "ticks" && record.kind !== "heartbeat") throw new Error(record.kind);
      if (watermark > Number.NEGATIVE_INFINITY) expect(record.watermark - watermark).toBeLessThanOrEqual(HOUR);
      expect(record.watermark).toBeGreaterThanOrEqual(watermark);
      watermark = record.watermark;
      if (record.kind === "heartbeat") continue;
      expect(record.previousId).toBe(previousId);
      for (let i = 0; i < record.ticks.length; i++) {
        const tick = tickAt(record.ticks, i);
        sent.push(tick);
        previousId = tick.id;
        latest = Math.max(latest, tick.ts);
      }
      expect(watermark).toBe(latest - OUT_OF_ORDER);
    }
    expect(sent).toEqual(ticks);
  });
  fc.assert(property, propertyRuns(300));
});

test("a block holds 1,000 rows at most", () => {
  const ticks = Array.from({ length: 2_500 }, (_, id) => ({ id, ts: NOON + id, price: 1, amount: 1, side: null }));
  const records = [...tickRecords(tickColumns(ticks), { origin: "live", span: HOUR })];
  expect(records.map((record) => (record.kind === "ticks" ? record.ticks.length : 0))).toEqual([1_000, 1_000, 500]);
});
