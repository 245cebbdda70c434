import fc from "fast-check";
import { expect, test } from "vitest";
import { Run } from "../engine/run.ts";
import type { CandleColumns } from "../market/candle.ts";
import type { StatedHash } from "../ports/result-store.ts";
import { acting, type Bar, barsOf, defineRun, HOUR, START } from "../testkit/acting-run.ts";
import { propertyRuns } from "../testkit/property-runs.ts";
import { advanceByDays } from "./midnight-hashes.ts";

const DAY = 24 * HOUR;

/** Turns its position over on every third bar, so that each day has other results. */
const turns = acting((strategy, bar) => {
  if (bar % 3 !== 0) return;
  if (strategy.position.size === 0) strategy.buy({ size: 1 });
  else strategy.close();
});

const definition = defineRun(turns);

function barsWith(rows: readonly (Bar | null)[]): CandleColumns {
  // The first bar closes at 22:00 of the day before `START`.
  return barsOf(rows, START - 3 * HOUR);
}

/** The hash of a run over the bars that close up to `end` alone. */
function hashUpTo(bars: CandleColumns, tradeFrom: number, end: number): string {
  const run = new Run({ ...definition, tradeFrom });
  const count = bars.closeTime.filter((time) => time <= end).length;
  run.offer(0, bars, 0, count);
  run.end(0);
  run.advance();
  return run.resultHash();
}

const bar = (price: number): Bar => [price, price + 2, price - 2, price + 1];

test("a run states the hash of a run that ends at the midnight, the same however it is cut and restored", () => {
  const rows = fc.array(
    fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 90, max: 110 }).map((price) => [bar(price)]) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }).map((hours) => new Array<null>(hours).fill(null)) },
    ),
    { minLength: 30, maxLength: 200 },
  );
  const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 10 });
  const property = fc.property(rows, cuts, fc.integer({ min: -3, max: 60 }), (parts, sizes, warmUp) => {
    const bars = barsWith(parts.flat());
    const tradeFrom = START + warmUp * HOUR;
    const stated: StatedHash[] = [];
    let run = new Run({ ...definition, tradeFrom });
    for (let at = 0, cut = 0; at < bars.length; cut++) {
      const to = Math.min(bars.length, at + sizes[cut % sizes.length]!);
      run.offer(0, bars, at, to);
      advanceByDays(run, tradeFrom, (hash) => stated.push(hash));
      run.drain();
      const snapshot = run.snapshot();
      run = new Run({ ...definition, tradeFrom });
      run.restore(snapshot);
      at = to;
    }
    const midnights = [...bars.closeTime].flatMap((time, i) => {
      const midnight = Math.ceil(time / DAY) * DAY;
      return time > tradeFrom && (bars.closeTime[i + 1] ?? 0) > midnight ? [midnight] : [];
    });
    expect(stated).toEqual(midnights.map((time) => ({ time, resultHash: hashUpTo(bars, tradeFrom, time) })));
  });
  fc.assert(property, propertyRuns(100));
});

test("a bar that closes at midnight is of the day that it ends, and is stated once the next one comes", () => {
  const bars = barsWith([bar(100), bar(101), bar(102), bar(103)]);
  expect([...bars.closeTime]).toEqual([-2, -1, 0, 1].map((hour) => START + hour * HOUR));
  const run = new Run({ ...definition, tradeFrom: 0 });
  const stated: StatedHash[] = [];
  const advance = (to: number): void => {
    run.tell(0, to);
    advanceByDays(run, 0, (hash) => stated.push(hash));
  };
  run.offer(0, bars, 0, 3);
  advance(START + HOUR - 1);
  expect(stated).toEqual([]);
  run.offer(0, bars, 3, 4);
  advance(START + HOUR);
  expect(stated).toEqual([{ time: START, resultHash: hashUpTo(bars, 0, START) }]);
});

test("what was stated before the strategy throws is kept, and the run has failed", () => {
  const throws = acting((_, bar) => {
    if (bar === 30) throw new Error("thirty is too many");
  });
  const bars = barsWith(Array.from({ length: 60 }, () => bar(100)));
  const run = new Run({ ...defineRun(throws), tradeFrom: 0 });
  run.offer(0, bars, 0, bars.length);
  const stated: number[] = [];
  expect(() => advanceByDays(run, 0, ({ time }) => stated.push(time))).toThrow("thirty is too many");
  expect(stated).toEqual([START, START + DAY]);
});
