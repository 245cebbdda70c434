import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { randomWalk } from "../random-walk.ts";
import { EVERY_INDICATOR } from "./test-indicators.ts";
import { barsOf, emptyFeed, valuesOf } from "./test-lines.ts";

const RUNS = propertyRuns(30).numRuns;
const indicators = Object.entries(EVERY_INDICATOR);

test("the list has every class of this folder", () => {
  const found = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".ts") && !file.includes("test"))
    .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
    .flatMap((source) => Array.from(source.matchAll(/^export class (\w+)/gm), (match) => match[1]!));
  expect(found.sort()).toEqual(Object.keys(EVERY_INDICATOR).sort());
});

/** A price now and then missing, or the same for a while. */
const prices = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.double({ min: 0.01, max: 1e6, noNaN: true }) },
    { weight: 3, arbitrary: fc.constantFrom(100, 100.5) },
    fc.constantFrom(Number.NaN, 0),
  ),
  { minLength: 1, maxLength: 60 },
);

test.each(indicators)("%s has the same bits however the bars are cut into blocks", (_name, make) => {
  fc.assert(
    fc.property(prices, fc.integer({ min: 1, max: 20 }), (close, block) => {
      const open = close.map((price, i) => (i % 3 === 0 ? price : 100));
      const columns = barsOf(close, open);
      expect(valuesOf(columns, make, block)).toEqual(valuesOf(columns, make));
    }),
    { numRuns: RUNS },
  );
});

test.each(indicators)("%s is NaN up to its minimum period and has a value at it", (_name, make) => {
  const walk = randomWalk({ timeframe: "1m", start: 0, count: 80, seed: 5 });
  const { data } = emptyFeed();
  const { minPeriod } = make(data);
  const values = valuesOf(walk, make);
  expect(values.findIndex((value) => !Number.isNaN(value))).toBe(minPeriod - 1);
  expect(values.slice(minPeriod - 1).filter(Number.isNaN)).toEqual([]);
});

test.each(indicators)(
  "%s neither throws nor becomes infinite where nothing moves and nothing trades",
  (_name, make) => {
    const flat = { ...barsOf(new Array<number>(70).fill(42)), volume: new Float64Array(70) };
    expect(valuesOf(flat, make).filter((value) => Math.abs(value) === Number.POSITIVE_INFINITY)).toEqual([]);
  },
);

test.each(indicators)("%s has values again after a price was missing", (_name, make) => {
  const walk = randomWalk({ timeframe: "1m", start: 0, count: 120, seed: 9 });
  for (const column of [walk.open, walk.high, walk.low, walk.close]) column[50] = Number.NaN;
  const values = valuesOf(walk, make);
  expect(values.slice(110).filter(Number.isNaN)).toEqual([]);
});
