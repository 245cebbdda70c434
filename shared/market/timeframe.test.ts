import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "./input-error.ts";
import {
  childOf,
  nominalLength,
  parseTimeframe,
  TIMEFRAMES,
  type Timeframe,
  windowClose,
  windowOpen,
} from "./timeframe.ts";

const at = (text: string): number => Date.parse(`${text}Z`);

describe("windows", () => {
  test.each<[string, Timeframe, string, string, string]>([
    ["a trade at the open is inside", "1m", "2024-03-01T00:00:00.000", "2024-03-01T00:00", "2024-03-01T00:01"],
    [
      "a trade 1 ms before the close is inside",
      "1m",
      "2024-03-01T00:00:59.999",
      "2024-03-01T00:00",
      "2024-03-01T00:01",
    ],
    ["a trade at the close opens the next", "1m", "2024-03-01T00:01:00.000", "2024-03-01T00:01", "2024-03-01T00:02"],
    ["seconds", "1s", "2024-03-01T00:01:00.999", "2024-03-01T00:01:00", "2024-03-01T00:01:01"],
    ["epoch", "1h", "1970-01-01T00:00", "1970-01-01T00:00", "1970-01-01T01:00"],
    ["before epoch", "1h", "1969-12-31T23:59:59.999", "1969-12-31T23:00", "1970-01-01T00:00"],
    ["the week of epoch began on a Monday before it", "1w", "1970-01-01T00:00", "1969-12-29T00:00", "1970-01-05T00:00"],
    ["a month before epoch", "1M", "1969-12-31T23:59:59.999", "1969-12-01T00:00", "1970-01-01T00:00"],
    ["leap day", "1d", "2024-02-29T23:59:59.999", "2024-02-29T00:00", "2024-03-01T00:00"],
    ["the month of a leap day", "1M", "2024-02-29T12:00", "2024-02-01T00:00", "2024-03-01T00:00"],
    ["a February without one", "1M", "2100-02-28T12:00", "2100-02-01T00:00", "2100-03-01T00:00"],
    ["the turn of a year, before", "1M", "2027-12-31T23:59:59.999", "2027-12-01T00:00", "2028-01-01T00:00"],
    ["the turn of a year, after", "1M", "2028-01-01T00:00", "2028-01-01T00:00", "2028-02-01T00:00"],
    ["the turn of a year inside a week", "1w", "2028-01-01T00:00", "2027-12-27T00:00", "2028-01-03T00:00"],
    ["ISO week 53", "1w", "2021-01-03T23:59:59.999", "2020-12-28T00:00", "2021-01-04T00:00"],
    ["Monday at midnight", "1w", "2021-01-04T00:00", "2021-01-04T00:00", "2021-01-11T00:00"],
    ["past 2038", "4h", "2038-01-19T03:14:08", "2038-01-19T00:00", "2038-01-19T04:00"],
    ["far past 2038", "1M", "2106-02-07T06:28:16", "2106-02-01T00:00", "2106-03-01T00:00"],
    ["six hours start at midnight", "6h", "2024-03-01T05:59:59.999", "2024-03-01T00:00", "2024-03-01T06:00"],
    ["eight hours start at midnight", "8h", "2024-03-01T16:00", "2024-03-01T16:00", "2024-03-02T00:00"],
  ])("%s (%s at %s)", (_, timeframe, ts, open, close) => {
    expect(windowOpen(timeframe, at(ts))).toBe(at(open));
    expect(windowClose(timeframe, at(open))).toBe(at(close));
  });

  test("the window of a time holds it, opens at its own open and ends where the next opens", () => {
    const times = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) });
    fc.assert(
      fc.property(fc.constantFrom(...TIMEFRAMES), times, (timeframe, ts) => {
        const open = windowOpen(timeframe, ts);
        const close = windowClose(timeframe, open);
        expect(open).toBeLessThanOrEqual(ts);
        expect(close).toBeGreaterThan(ts);
        expect(windowOpen(timeframe, open)).toBe(open);
        expect(windowOpen(timeframe, close - 1)).toBe(open);
        expect(windowOpen(timeframe, close)).toBe(close);
        const child = childOf(timeframe);
        if (child === null) return;
        expect(windowOpen(child, open)).toBe(open);
        expect(windowOpen(child, close)).toBe(close);
      }),
    );
  });
});

describe("timeframes", () => {
  test("each is merged from a shorter one, 1s from trades", () => {
    expect(childOf("1s")).toBeNull();
    for (const [i, timeframe] of TIMEFRAMES.entries()) {
      if (i > 0) expect(TIMEFRAMES.indexOf(childOf(timeframe)!)).toBeLessThan(i);
    }
    expect([childOf("1w"), childOf("1M")]).toEqual(["1d", "1d"]);
  });

  test("nominal lengths ascend", () => {
    const lengths = TIMEFRAMES.map(nominalLength);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(nominalLength("1w")).toBe(604_800_000);
    expect(nominalLength("1M") * 12 * 400).toBe(146_097 * 86_400_000);
  });

  test.each(TIMEFRAMES)("%s is read by its name", (timeframe) => expect(parseTimeframe(timeframe)).toBe(timeframe));

  test.each(["", "1", "1mo", "60m", "1H", "1D", " 1m", "1m ", "7m", "toString"])("'%s' is refused", (text) => {
    expect(() => parseTimeframe(text)).toThrow(InputError);
    expect(() => parseTimeframe(text)).toThrow("use one of 1s 1m");
  });
});
