import { expect, test } from "vitest";
import { isPlausibleTime, latestTime, parseTime, timeFault } from "./time-text.ts";

const time = (text: string): number => parseTime(Buffer.from(`9${text}9`), 1, 1 + text.length);
const TS = 1_723_161_255_342;
const LATEST = latestTime(Date.UTC(2025, 5, 1));

test.each([
  ["1723161255342", TS],
  ["1723161255342999", TS],
  ["1723161255342999999", TS],
  ["2024-08-08T23:54:15.342Z", TS],
  ["2024-08-08 23:54:15.342999+00:00", TS],
  ["2024-08-09T01:54:15.342+0200", TS],
  ["2024-08-08T18:24:15,342-05:30", TS],
  ["2024-08-08T23:54:15.342", TS],
  ["2024-08-08T23:54:15.3Z", TS - 42],
  ["2024-08-08 23:54", Date.UTC(2024, 7, 8, 23, 54)],
  ["2024-02-29", Date.UTC(2024, 1, 29)],
])("'%s' is a time", (text, expected) => {
  expect(time(text)).toBe(expected);
});

test.each([
  "",
  "1723161255",
  "1723161255.342",
  "172316125534",
  "17231612553420",
  "-723161255342",
  "1.7231612e+12",
  "172316125534a",
  "172316125534200b",
  "2023-02-29",
  "2024-13-01",
  "2024-01-01T24:00:00Z",
  "2024-01-01T00:60:00Z",
  "08/08/2024",
])("'%s' is no time", (text) => {
  expect(time(text)).toBeNaN();
});

test("times from 2009 to a day after now are plausible", () => {
  expect(isPlausibleTime(Date.UTC(2009, 0, 1), LATEST)).toBe(true);
  expect(isPlausibleTime(Date.UTC(2009, 0, 1) - 1, LATEST)).toBe(false);
  expect(isPlausibleTime(Date.UTC(2025, 5, 2), LATEST)).toBe(true);
  expect(isPlausibleTime(Date.UTC(2025, 5, 2) + 1, LATEST)).toBe(false);
  expect(isPlausibleTime(Number.NaN, LATEST)).toBe(false);
});

test("a fault names what was seen and what is allowed", () => {
  expect(timeFault("", Number.NaN, LATEST)).toBe("the time is empty");
  expect(timeFault("1723161255", Number.NaN, LATEST)).toContain("in seconds");
  expect(timeFault("1723161255.342", Number.NaN, LATEST)).toContain("in seconds");
  expect(timeFault("17", Number.NaN, LATEST)).toContain("is none");
  expect(timeFault("x", 0, LATEST)).toContain("1970-01-01T00:00:00.000Z: allowed is 2009-01-01T00:00:00.000Z");
});
